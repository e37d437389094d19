// The service worker: what was read once can be read again without a network. The network always comes first.
"use strict";

const KEPT = "harbour-1";
const ALWAYS = ["/", "/app", "/static/harbour.css", "/static/app.js"];
const MOST = 200; // answers, pictures among them

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(ALWAYS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const readable = ["/", "/app"].includes(pathname) || /^\/(static|media)\//.test(pathname);
  if (event.request.method === "GET" && origin === self.location.origin && readable) {
    event.respondWith(fetched(event));
  }
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.link));
});

async function fetched(event) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(keep(kept, event.request, answer.clone()));
    return answer;
  } catch (error) {
    const found = (await kept.match(event.request)) || (event.request.mode === "navigate" && (await kept.match("/")));
    if (found) return found;
    throw error;
  }
}

async function keep(kept, request, answer) {
  await kept.put(request, answer);
  const others = (await kept.keys()).filter((one) => !ALWAYS.includes(new URL(one.url).pathname));
  await Promise.all(others.slice(0, Math.max(0, others.length - MOST)).map((one) => kept.delete(one)));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}
