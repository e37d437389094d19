"use strict";
(() => {
  const form = document.getElementById("filter");
  const groups = [...document.querySelectorAll("#findings details")].map((box) => ({
    box, open: box.open, rows: [...box.querySelectorAll("tbody tr")].map((row) => ({row, text: row.textContent.toLowerCase()})),
  }));
  const shown = form.querySelector("output");
  const apply = () => {
    const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = form.outcome.value, severity = form.severity.value;
    const asked = words.length > 0 || outcome !== "" || severity !== "";
    let count = 0, all = 0;
    for (const {box, open, rows} of groups) {
      const title = box.querySelector("h3").textContent.toLowerCase();
      let hits = 0;
      for (const {row, text} of rows) {
        const fits = (!outcome || row.dataset.o === outcome) && (!severity || row.dataset.s === severity) &&
          words.every((word) => text.includes(word) || title.includes(word));
        row.hidden = !fits;
        hits += fits;
      }
      box.hidden = asked && hits === 0;
      box.open = asked ? hits > 0 : open;
      count += hits;
      all += rows.length;
    }
    shown.textContent = `${count} of ${all} shown`;
  };
  form.hidden = groups.length === 0;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
  addEventListener("beforeprint", () => groups.forEach(({box}) => { box.open = true; }));

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => a.cells[column].textContent.localeCompare(b.cells[column].textContent) * (down ? -1 : 1));
        table.tBodies[0].append(...rows);
      });
    });
  }

  const lines = [...document.querySelectorAll(".picture path")];
  const boxes = [...document.querySelectorAll(".picture g")];
  let chosen = "";
  const along = (start, from, to) => {
    const reached = new Set([start]);
    for (let size = 0; size < reached.size;) {
      size = reached.size;
      for (const line of lines) if (reached.has(line.dataset[from])) reached.add(line.dataset[to]);
    }
    return reached;
  };
  const choose = (id) => {
    chosen = chosen === id ? "" : id;
    const down = along(chosen, "a", "b"), up = along(chosen, "b", "a");
    for (const line of lines) {
      const {a, b} = line.dataset;
      line.classList.toggle("off", chosen !== "" && !(down.has(a) && down.has(b)) && !(up.has(a) && up.has(b)));
    }
    for (const box of boxes) {
      const on = chosen === "" || down.has(box.dataset.id) || up.has(box.dataset.id);
      box.classList.toggle("off", !on);
      box.setAttribute("aria-pressed", String(chosen === box.dataset.id));
    }
  };
  for (const box of boxes) {
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", "0");
    box.addEventListener("click", () => choose(box.dataset.id));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(box.dataset.id); }
    });
  }
  if (boxes.length) document.querySelector(".picture svg").setAttribute("role", "group");
})();
