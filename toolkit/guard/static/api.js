// What a page loads instead of a captcha vendor's script: the same names, the same fields, a check by proof of work.
// Which vendor's is told by the address it was loaded from. It adds no script, no style sheet and no text to the page,
// evaluates nothing, and needs of a page's Content-Security-Policy what the vendor's needs: script-src and frame-src.
(() => {
  "use strict";
  const here = new URL(document.currentScript.src);
  const asked = here.searchParams;
  const FRAME_LOADS_SECONDS = 20;
  const VENDORS = {
    recaptcha: { globals: ["grecaptcha"], marks: ["g-recaptcha"], fields: ["g-recaptcha-response"], numbers: true },
    hcaptcha: { globals: ["hcaptcha", "grecaptcha"], marks: ["h-captcha", "g-recaptcha"],
      fields: ["h-captcha-response", "g-recaptcha-response"] },
    turnstile: { globals: ["turnstile"], marks: ["cf-turnstile"], fields: ["cf-turnstile-response"], starts: true },
  };
  const name = here.pathname.includes("/turnstile/") ? "turnstile" : here.pathname.includes("/recaptcha/") ? "recaptcha" : "hcaptcha";
  const vendor = { ...VENDORS[name] };
  if (name === "hcaptcha" && asked.get("recaptchacompat") === "off") {
    Object.assign(vendor, { globals: ["hcaptcha"], marks: ["h-captcha"], fields: ["h-captcha-response"] });
  }
  if (name === "turnstile" && asked.get("compat") === "recaptcha") {
    Object.assign(vendor, { globals: ["turnstile", "grecaptcha"], marks: ["cf-turnstile", "g-recaptcha"],
      fields: ["cf-turnstile-response", "g-recaptcha-response"] });
  }
  const base = new URL("/guard/", here);
  const widgets = new Map();
  let latest = 0;

  const call = (callback, ...values) => {
    const found = typeof callback === "string" ? callback.split(".").reduce((at, part) => at?.[part], window) : callback;
    if (typeof found === "function") found(...values);
  };

  const textOf = (value) => (value === undefined || value === null ? "" : String(value));

  // What a page says of a widget: as parameters, or as data attributes.
  function optionsOf(element, given = {}) {
    const said = Object.fromEntries(Object.entries(element?.dataset || {}).map(([key, value]) =>
      [key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value]));
    const all = { ...said, ...given };
    return {
      sitekey: textOf(all.sitekey), action: textOf(all.action), cdata: textOf(all.cData ?? all.cdata),
      theme: textOf(all.theme), size: textOf(all.size) || "normal", language: textOf(all.language || all.hl || asked.get("hl")),
      tabindex: textOf(all.tabindex) || "0", scored: all.scored === true,
      callback: all.callback, expired: all["expired-callback"], failed: all["error-callback"],
      opened: all["open-callback"], closed: all["close-callback"],
      field: all["response-field"] !== false && all["response-field"] !== "false", fieldName: all["response-field-name"],
      waits: all.execution === "execute", repeats: (all["refresh-expired"] || "auto") === "auto",
    };
  }

  class Widget {
    constructor(id, container, options) {
      Object.assign(this, { id, container, options, answer: "", port: null, orders: [], asking: [] });
      this.button = container.matches?.("button, input[type=submit]") ? container : null; // the invisible kind
      this.seen = options.size !== "invisible" && !this.button && !options.scored;
      const host = this.button ? this.button.parentNode : container;
      this.frame = document.createElement("iframe");
      this.frame.src = `${new URL("widget.html", base)}?k=${encodeURIComponent(options.sitekey)}`;
      this.frame.title = "Check against automated sign-ups";
      this.frame.referrerPolicy = "no-referrer";
      this.frame.width = this.seen ? (options.size === "compact" ? "164" : "304") : "0";
      this.frame.height = this.seen ? (options.size === "compact" ? "96" : "78") : "0";
      this.frame.style.border = "0";
      if (this.seen) this.frame.tabIndex = Number(options.tabindex) || 0;
      else this.hide();
      this.fields = options.field ? this.makeFields(host) : [];
      this.listen = (event) => this.hear(event);
      addEventListener("message", this.listen);
      host.append(this.frame);
      this.patience = setTimeout(() => this.port || this.fail("frame"), FRAME_LOADS_SECONDS * 1000);
      if (this.button) this.button.addEventListener("click", (event) => this.press(event));
      if (vendor.starts && !options.waits) this.order({ order: "run" });
    }

    hide() {
      this.frame.setAttribute("aria-hidden", "true");
      this.frame.tabIndex = -1;
      Object.assign(this.frame.style, { position: "absolute", left: "-100vw", visibility: "hidden" });
    }

    makeFields(host) {
      const names = this.options.fieldName ? [this.options.fieldName] : vendor.fields;
      return names.map((fieldName, at) => {
        const field = document.createElement(name === "turnstile" ? "input" : "textarea");
        if (name === "turnstile") field.type = "hidden";
        field.name = fieldName;
        field.id = name === "turnstile" ? `${this.id}_response` : widgets.size || at ? `${fieldName}-${this.number}` : fieldName;
        field.hidden = true;
        field.style.display = "none";
        host.append(field);
        return field;
      });
    }

    get number() { return String(this.id).replace(/\D/g, ""); }

    // The frame says that it is there; from then on a channel of its own is used.
    hear({ source, origin, data }) {
      if (source !== this.frame.contentWindow || origin !== base.origin || data?.guard !== "loaded") return;
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      clearTimeout(this.patience);
      port1.onmessage = ({ data: told }) => this[`on_${told.event}`]?.(told);
      const { sitekey, action, cdata, theme, language, scored } = this.options;
      this.frame.contentWindow.postMessage(
        { guard: "begin", options: { sitekey, action, cdata, theme, language, scored } }, base.origin, [port2]);
    }

    order(order) {
      if (this.isReady) this.port.postMessage(order);
      else this.orders.push(order);
    }

    on_ready() {
      this.isReady = true;
      this.orders.splice(0).forEach((order) => this.port.postMessage(order));
    }

    on_answer({ answer, seconds }) {
      this.set(answer);
      clearTimeout(this.ending);
      this.ending = setTimeout(() => this.expire(), seconds * 1000 - 5000);
      const asking = this.asking.splice(0);
      asking.forEach(({ resolve }) => resolve(answer));
      call(this.options.callback, answer);
      if (this.pressed) this.button.form?.requestSubmit(this.button);
    }

    on_error({ reason }) { this.fail(reason); }

    fail(reason) {
      this.set("");
      this.pressed = false;
      const words = { sitekey: "invalid-site-key", hostname: "invalid-domain" }[reason] || reason;
      console.warn(`captcha: ${words}`);
      this.asking.splice(0).forEach(({ reject }) => reject(name === "hcaptcha" ? words : new Error(words)));
      call(this.options.failed, words);
    }

    expire() {
      this.set("");
      this.order({ order: "show", state: "expired" });
      call(this.options.expired);
      if (vendor.starts && this.options.repeats) this.order({ order: "run" });
    }

    set(answer) {
      this.answer = answer;
      this.fields.forEach((field) => { field.value = answer; });
    }

    press(event) {
      if (this.answer) return;
      event.preventDefault();
      if (this.button.form && !this.button.form.reportValidity()) return;
      this.pressed = !this.options.callback; // a callback submits the form itself
      this.order({ order: "run" });
    }

    execute(more = {}) {
      return new Promise((resolve, reject) => {
        this.asking.push({ resolve, reject });
        this.order({ order: "run", more });
      });
    }

    reset() {
      clearTimeout(this.ending);
      this.set("");
      this.pressed = false;
      this.order({ order: "show", state: "" });
      if (vendor.starts && !this.options.waits) this.order({ order: "run" });
    }

    remove() {
      clearTimeout(this.ending);
      clearTimeout(this.patience);
      removeEventListener("message", this.listen);
      this.frame.remove();
      this.fields.forEach((field) => field.remove());
      widgets.delete(String(this.id));
    }
  }

  function render(container, given) {
    const element = typeof container === "string"
      ? document.getElementById(container) || (name === "recaptcha" ? null : document.querySelector(container)) : container;
    if (!element) throw new Error("captcha: there is no such element");
    const options = optionsOf(element, given);
    if (!options.sitekey) throw new Error("captcha: sitekey is missing");
    if ([...widgets.values()].some((widget) => widget.container === element)) {
      throw new Error("reCAPTCHA has already been rendered in this element");
    }
    const id = vendor.numbers ? latest : name === "turnstile" ? `cf-chl-widget-${latest}` : `h${latest}`;
    latest += 1;
    widgets.set(String(id), new Widget(id, element, options));
    return id;
  }

  // By its id, its element, a selector of it; without anything the first.
  function widgetOf(which) {
    if (which === undefined || which === null) return widgets.values().next().value;
    const known = widgets.get(String(which));
    if (known) return known;
    const element = typeof which === "string" ? document.querySelector(`#${CSS.escape(which.replace(/^#/, ""))}`) : which;
    return [...widgets.values()].find((widget) => widget.container === element);
  }

  const sure = (which) => {
    const found = widgetOf(which);
    if (!found) throw new Error("captcha: there is no such widget");
    return found;
  };

  // reCAPTCHA v3: one hidden widget for a site key, which each call makes to run once more.
  const hidden = new Map();
  const turns = new Map();
  function scored(sitekey, { action = "" } = {}) {
    if (!hidden.has(sitekey)) {
      const holder = document.createElement("div");
      document.body.append(holder);
      hidden.set(sitekey, new Widget(`v3-${hidden.size}`, holder, optionsOf(holder, { sitekey, scored: true, "response-field": false })));
    }
    const turn = (turns.get(sitekey) || Promise.resolve()).catch(() => {}).then(() => hidden.get(sitekey).execute({ action }));
    turns.set(sitekey, turn);
    return turn;
  }

  function execute(which, options = {}) {
    const siteKey = typeof which === "string" && !widgetOf(which) ? which : asked.get("render");
    if (name === "recaptcha" && siteKey && !["explicit", "onload"].includes(siteKey) && !widgets.has(String(which))) {
      return scored(siteKey, options);
    }
    if (name === "turnstile" && !widgetOf(which)) { // rendered and executed in one
      const element = typeof which === "string" ? document.querySelector(which) : which;
      return sure(render(element, { ...options, execution: "execute" })).execute();
    }
    const done = sure(which).execute();
    const { id } = sure(which);
    if (name === "hcaptcha") return options?.async ? done.then((response) => ({ response, key: String(id) })) : void done.catch(() => {});
    return done;
  }

  const whenReady = (callback) => (isLoaded() ? queueMicrotask(() => call(callback)) : addEventListener("DOMContentLoaded", () => call(callback)));
  const isLoaded = () => document.readyState !== "loading";

  const api = {
    render, execute,
    ready: whenReady,
    reset: (which) => sure(which).reset(),
    getResponse: (which) => sure(which).answer,
  };
  const extras = {
    recaptcha: {},
    hcaptcha: { remove: (which) => sure(which).remove(), close: () => {}, setData: () => {}, getRespKey: (which) => String(sure(which).id) },
    turnstile: { remove: (which) => sure(which).remove(), isExpired: (which) => !sure(which).answer, implicitRender: renderAll },
  };
  Object.assign(api, extras[name]);

  function renderAll() {
    for (const element of document.querySelectorAll(vendor.marks.map((mark) => `.${mark}`).join(", "))) {
      const isThere = [...widgets.values()].some((widget) => widget.container === element);
      if (!isThere && element.dataset.sitekey) render(element);
    }
  }

  for (const global of vendor.globals) {
    const before = window[global]; // recaptcha-v3 and others queue what is to be done once it is there
    window[global] = { ...api };
    if (global === "grecaptcha") window.grecaptcha.enterprise = { ...api };
    (before?.cfg?.fns || []).forEach((callback) => whenReady(callback));
  }
  (window.___grecaptcha_cfg?.fns || []).forEach((callback) => whenReady(callback));
  whenReady(() => {
    if (["", "onload", null].includes(asked.get("render"))) renderAll();
    call(asked.get("onload"));
  });
})();
