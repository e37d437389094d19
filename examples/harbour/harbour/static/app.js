// Every page: reading without a network (sw.js), and news of posts while a page is open.
"use strict";

const news = document.getElementById("news");
const others = new BroadcastChannel("news");

navigator.serviceWorker?.register("/sw.js");
others.onmessage = (event) => show(event.data);

// One page of a browser listens for all: browsers open few connections to one site.
navigator.locks?.request("news", () => new Promise(listen));

function listen() {
  const source = new EventSource("/news");
  source.addEventListener("post", (event) => {
    const post = JSON.parse(event.data);
    others.postMessage(post);
    show(post);
    if (document.hidden) notify(post);
  });
  source.onopen = () => news.replaceChildren();
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 60_000); // all places are taken
    else news.textContent = "No connection: this is what Harbour kept from your last visit.";
  };
}

function show(post) {
  const link = document.createElement("a");
  link.href = `/#${post.id}`;
  link.textContent = `${post.author} has written something new`;
  link.onclick = () => location.pathname === "/" && location.reload();
  news.replaceChildren(link);
}

async function notify(post) {
  if (globalThis.Notification?.permission !== "granted") return;
  const worker = await navigator.serviceWorker.ready;
  worker.showNotification(`${post.author} on Harbour`, { body: post.text, tag: "news", data: { link: `/#${post.id}` } });
}

// The page about phones has two buttons more.
const ask = document.getElementById("notify");
const install = document.getElementById("install");

ask?.addEventListener("click", async () => {
  ask.disabled = (await Notification.requestPermission()) === "granted";
});
addEventListener("beforeinstallprompt", (event) => {
  if (!install) return;
  event.preventDefault();
  install.hidden = false;
  install.onclick = () => event.prompt();
});
