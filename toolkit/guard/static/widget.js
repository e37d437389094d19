// The frame in which everything happens. The page outside says what it wants and hears the answer, by messages; who it is
// is said by the browser (event.origin), not by the page.
"use strict";

const TEXTS = {
  en: { label: "I am a person", busy: "Checking. This takes a few seconds.", done: "Checked.",
    failed: "The check did not work. Press to try again.", expired: "The check has run out. Press to repeat it." },
  de: { label: "Ich bin ein Mensch", busy: "Wird geprüft. Das dauert einige Sekunden.", done: "Geprüft.",
    failed: "Die Prüfung ist misslungen. Zum Wiederholen drücken.", expired: "Die Prüfung ist abgelaufen. Zum Wiederholen drücken." },
  fr: { label: "Je suis une personne", busy: "Vérification : quelques secondes.", done: "Vérifié.",
    failed: "La vérification a échoué. Appuyez pour réessayer.", expired: "La vérification a expiré. Appuyez pour la répéter." },
  es: { label: "Soy una persona", busy: "Comprobando. Tarda unos segundos.", done: "Comprobado.",
    failed: "La comprobación falló. Pulse para repetirla.", expired: "La comprobación ha caducado. Pulse para repetirla." },
};
const SOLVERS = Math.max(1, Math.min(navigator.hardwareConcurrency || 1, 4));
const HARDER = 4; // challenges that follow one another, where the toll rises meanwhile
const check = document.getElementById("check");
const status = document.getElementById("status");
let page = null; // {port, hostname, options}
let texts = TEXTS.en;
let running = null;

function show(state) {
  check.setAttribute("aria-checked", { busy: "mixed", done: "true" }[state] || "false");
  check.setAttribute("aria-disabled", String(state === "busy"));
  document.body.classList.toggle("failed", state === "failed");
  status.textContent = texts[state] || "";
}

async function ask(path, document_) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(document_),
    credentials: "omit", referrerPolicy: "no-referrer",
  });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || "broken");
  return told;
}

function solved(parameters) {
  const workers = Array.from({ length: SOLVERS }, () => new Worker("work.js"));
  return new Promise((found, failed) => {
    let ended = 0;
    workers.forEach((worker, at) => {
      worker.onmessage = ({ data }) => {
        if (!data.done) found(data);
        else if (++ended === SOLVERS) failed(new Error("solution"));
      };
      worker.onerror = () => failed(new Error("worker"));
      worker.postMessage({ parameters, first: 1 + at, step: SOLVERS, last: 2 ** 32 - 1 });
    });
  }).finally(() => workers.forEach((worker) => worker.terminate()));
}

async function answered(more) {
  if (!self.isSecureContext) throw new Error("insecure");
  const { sitekey, scored } = page.options;
  let told = await ask("challenge", {
    sitekey, scored, hostname: page.hostname, action: more.action || "", cdata: more.cdata || "",
    automated: navigator.webdriver === true,
  });
  for (let times = 0; told.parameters && times < HARDER; times += 1) {
    told = await ask("answer", { challenge: told, solution: await solved(told.parameters) });
  }
  if (!told.answer) throw new Error("toll");
  return told;
}

function run(more) {
  if (running) return;
  show("busy");
  running = answered({ ...page.options, ...more })
    .then((told) => {
      show("done");
      page.port.postMessage({ event: "answer", ...told });
    })
    .catch((error) => {
      show("failed");
      page.port.postMessage({ event: "error", reason: error.message });
    })
    .finally(() => { running = null; });
}

function began({ data, origin, source, ports }) {
  if (source !== parent || page || !data || data.guard !== "begin" || !ports[0]) return;
  page = { port: ports[0], hostname: new URL(origin).hostname, options: data.options };
  const language = String(page.options.language || navigator.language || "en").slice(0, 2).toLowerCase();
  texts = TEXTS[language] || TEXTS.en;
  document.documentElement.lang = TEXTS[language] ? language : "en";
  if (["light", "dark"].includes(page.options.theme)) document.documentElement.classList.add(page.options.theme);
  document.getElementById("label").textContent = texts.label;
  page.port.onmessage = ({ data: order }) => {
    if (order.order === "run") run(order.more || {});
    if (order.order === "show") show(order.state);
    if (order.order === "focus") check.focus();
  };
  page.port.postMessage({ event: "ready" });
}

addEventListener("message", began);
check.addEventListener("click", () => {
  if (page && check.getAttribute("aria-checked") !== "true") run({});
});
parent.postMessage({ guard: "loaded" }, "*"); // says nothing: the page answers to this frame alone
