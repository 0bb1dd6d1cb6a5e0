// The page itself: what is open, who is looking, and live updates. Everything a person does goes through the control API.

import { blocks, setState } from "./blocks.js";
import { drawCustomers } from "./customers.js";
import { fill, h, toast } from "./dom.js";
import { drawForms } from "./forms.js";
import { author, avatar, composer, drawMessages } from "./messages.js";
import { mrkdwn, setNames } from "./mrkdwn.js";

const $ = (id) => document.getElementById(id);
let state = null, place = { kind: "room", id: "", marked: "" }, thread = "", freshList = true, freshThread = true, loading = false, again = false;
let viewer = sessionStorage.getItem("viewer") ?? "";

async function act(path, body = {}) {
  let response, told;
  try {
    response = await fetch(`/sandbox/control/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as: state.viewer, ...body }) });
    told = await response.json();
  } catch { toast("The sandbox does not answer."); return body.quiet ? { error: "The sandbox does not answer." } : null; }
  if (!response.ok && !body.quiet) toast(told.error);
  if (told.problem && told.problem !== "required_fields_missing") toast(`The bot did not acknowledge (${told.problem}).`);
  await refresh();
  return response.ok ? told : body.quiet ? told : null;
}

async function refresh() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const response = await fetch(`/sandbox/state?as=${encodeURIComponent(viewer)}`);
    if (response.ok) { state = await response.json(); state.act = act; draw(); }
  } finally { loading = false; }
  if (again) { again = false; await refresh(); }
}

function listen() {
  const stream = new EventSource("/sandbox/events");
  stream.onmessage = (event) => { if (!state || JSON.parse(event.data).version !== state.version) refresh(); };
  stream.onerror = () => document.body.classList.add("offline");
  stream.onopen = () => document.body.classList.remove("offline");
  const watch = setInterval(() => {
    if (stream.readyState === EventSource.OPEN) return;
    refresh().catch(() => {}); // polling, until the stream is back; the browser gives up on some errors, then it is made anew
    if (stream.readyState === EventSource.CLOSED) { clearInterval(watch); listen(); }
  }, 3000);
}

function route() {
  const [, kind, id, message, root] = decodeURIComponent(location.hash).split("/");
  const ts = /^p\d{16}$/.test(message ?? "") ? `${message.slice(1, 11)}.${message.slice(11)}` : "";
  place = { kind: kind || "room", id: id || state?.rooms.find((room) => room.name)?.id || "", marked: ts };
  const inThread = state?.rooms.find((room) => room.id === place.id)?.messages.find((one) => one.ts === ts)?.thread_ts;
  thread = root || (inThread && inThread !== ts ? inThread : "");
  freshList = freshThread = true;
  document.body.classList.remove("drawer");
  if (place.kind === "app" && place.id !== "messages") act("home/open");
  if (state) draw();
}

const go = (hash) => { if (location.hash === hash) route(); else location.hash = hash; };
const lastRead = (room) => localStorage.getItem(`read:${state.viewer}:${room.id}`) ?? "";
const inList = (message) => !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
const unread = (room) => room.messages.some((one) => one.ts > lastRead(room) && one.user !== state.viewer && inList(one));

function draw() {
  if (!place.id && state.rooms.length) route();
  setNames(state);
  setState(state);
  drawSidebar();
  if (place.kind === "customers") drawCustomers({ head: $("head"), list: $("list"), foot: $("foot"), opener: drawerButton() }, state, place.id, act, go);
  else if (place.kind === "app" && place.id !== "messages") drawHome();
  else drawRoom();
  drawThread();
  drawForms(state, act);
  freshList = freshThread = false;
}

function currentRoom() {
  if (place.kind === "app") return state.rooms.find((room) => room.is_im);
  return state.rooms.find((room) => room.id === place.id) ?? state.rooms[0];
}

const isHere = (room) => place.kind === "room" && currentRoom()?.id === room.id;

function drawSidebar() {
  const link = (hash, label, current, bold, attributes = {}) => h("a", { href: hash, class: `${current ? "current" : ""} ${bold ? "unread" : ""}`, "aria-current": current ? "page" : null, ...attributes }, label);
  const rooms = state.rooms.filter((room) => room.name).sort((a, b) => a.name.localeCompare(b.name));
  const me = state.people.find((one) => one.id === state.viewer);
  const focused = document.activeElement?.id;
  const direct = state.rooms.find((room) => room.is_im);
  fill($("sidebar"),
    h("div", { class: "team" }, h("b", {}, state.team), h("span", { class: "hint" }, "sandbox")),
    h("div", { class: "rooms" },
      h("h2", {}, "Channels"),
      rooms.map((room) => link(`#/room/${room.id}`, [h("span", { class: "sign", "aria-hidden": "true" }, room.is_private ? "🔒" : "#"), room.name, room.is_ext_shared && h("span", { class: "shared", title: "Shared with another organisation" }, "⧉")],
        isHere(room), unread(room) && !isHere(room), { "data-testid": `room-${room.name}`, "aria-label": `${room.name}${unread(room) ? ", unread" : ""}` })),
      h("h2", {}, "Apps"),
      link("#/app/home", [avatar(author(state, { user: state.app.user_id, bot_id: state.app.bot_id }), true), state.app.name], place.kind === "app", direct && unread(direct), { "data-testid": "app" }),
      h("h2", {}, "Outside"),
      link("#/customers/", ["☺ ", "Customers"], place.kind === "customers", false, { "data-testid": "customers" })),
    h("div", { class: "me" },
      h("label", { for: "viewer" }, "You are"),
      h("div", { class: "row" }, me && avatar(me, true), viewerSwitch(),
        h("button", { type: "button", class: "icon", id: "theme", "aria-label": "Light or dark", onclick: toggleTheme }, "◐"))));
  if (focused === "viewer" || focused === "theme") $(focused)?.focus();
}

function viewerSwitch() {
  const box = h("select", { id: "viewer", "data-testid": "viewer", onchange: () => {
    viewer = box.value;
    sessionStorage.setItem("viewer", viewer);
    freshList = freshThread = true;
    $("list").replaceChildren();
    refresh().then(() => place.kind === "app" && act("home/open"));
  } }, state.people.filter((one) => !one.is_bot).map((one) => h("option", { value: one.id, selected: one.id === state.viewer }, one.real_name)));
  return box;
}

function toggleTheme() {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--scheme").trim() === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", dark ? "light" : "dark");
}

const drawerButton = () => h("button", { type: "button", class: "icon drawer-button", "aria-label": "Show the rooms", onclick: () => document.body.classList.toggle("drawer") }, "☰");

function tabs() {
  const tab = (id, label) => h("a", { href: `#/app/${id}`, class: (place.id === "messages") === (id === "messages") ? "tab current" : "tab" }, label);
  return h("nav", { class: "tabs", "aria-label": "App" }, tab("home", "Home"), tab("messages", "Messages"));
}

function drawHome() {
  const list = $("list"), home = state.home, mark = JSON.stringify([state.viewer, home?.hash]);
  fill($("head"), drawerButton(), h("h1", {}, state.app.name), tabs());
  fill($("foot"));
  $("foot").dataset.place = "";
  if (list.dataset.place === `home-${mark}`) return;
  list.dataset.place = `home-${mark}`;
  const press = (element, block, given) => act("home/press", { action: element.action_id, block: block.block_id, option: given, value: element.type === "button" ? given : undefined });
  fill(list, h("div", { class: "home", "data-testid": "home" },
    home ? blocks(home.blocks, press, home.state.values) : h("p", { class: "empty" }, `${state.app.name} has nothing on its Home tab yet.`)));
}

function context(room, inThread) {
  return {
    act, thread: inThread, marked: place.marked, fresh: inThread ? freshThread : freshList,
    openThread: (ts) => { thread = ts; freshThread = true; draw(); $("thread").querySelector("textarea")?.focus(); },
    copy: (message) => navigator.clipboard.writeText(`${location.origin}/archives/${message.channel}/p${message.ts.replace(".", "")}${message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${message.channel}` : ""}`).then(() => toast("Link copied")),
    edit: (message) => { const text = window.prompt("Edit message", message.text); if (text) act("messages/edit", { room: message.channel, ts: message.ts, text }); },
  };
}

function drawRoom() {
  const room = currentRoom(), list = $("list");
  if (!room) { fill($("head"), drawerButton(), h("h1", {}, state.app.name), place.kind === "app" ? tabs() : ""); fill(list, h("p", { class: "empty" }, "Nothing here yet.")); fill($("foot")); return; }
  const name = room.name ? `#${room.name}` : state.app.name, member = room.members.includes(state.viewer), key = `${room.id}-${state.viewer}`;
  fill($("head"), drawerButton(), h("h1", {}, name), room.is_im ? tabs() : h("span", { class: "hint topic" }, mrkdwn(room.topic?.value ?? "")),
    !room.is_im && h("span", { class: "hint count" }, `${room.members.length} ${room.members.length === 1 ? "member" : "members"}`));
  if (list.dataset.place !== key) fill(list);
  list.dataset.place = key;
  drawMessages(list, state, room.messages.filter(inList), context(room, false));
  const newest = room.messages.at(-1)?.ts;
  if (newest && document.visibilityState === "visible") localStorage.setItem(`read:${state.viewer}:${room.id}`, newest);
  if ($("foot").dataset.place === key + member) return;
  $("foot").dataset.place = key + member;
  fill($("foot"), member ? roomComposer(room, name) : h("div", { class: "not-in" }, `You are not in ${name}. `, h("button", { type: "button", class: "button primary", onclick: () => act("members", { room: room.id, user: state.viewer }) }, "Join")));
}

function roomComposer(room, name) {
  return composer({
    placeholder: `Message ${name}`, testid: "composer", commands: state.app.commands,
    shortcuts: state.app.shortcuts.filter((one) => one.type === "global").map((one) => [one.name, () => act("shortcuts", { callback_id: one.callback_id })]),
    attach: async (file) => act("messages", { room: room.id, files: [{ name: file.name, mimetype: file.type, base64: await base64(file) }] }),
    send: async (text) => await act(text.startsWith("/") ? "commands" : "messages", { room: room.id, text, quiet: true }) ?? {},
  });
}

function drawThread() {
  const room = place.kind === "customers" ? null : currentRoom(), root = room?.messages.find((one) => one.ts === thread), pane = $("thread");
  pane.hidden = !root;
  document.body.classList.toggle("with-thread", Boolean(root));
  if (!root) return;
  const name = room.name ? `#${room.name}` : state.app.name, key = `${root.ts}-${state.viewer}`, list = $("thread-list");
  fill($("thread-head"), h("h1", {}, "Thread"), h("span", { class: "hint" }, name),
    h("button", { type: "button", class: "icon", "aria-label": "Close thread", onclick: () => { thread = ""; draw(); } }, "✕"));
  if (list.dataset.place !== key) fill(list);
  list.dataset.place = key;
  drawMessages(list, state, room.messages.filter((one) => one.ts === root.ts || one.thread_ts === root.ts), context(room, true));
  if ($("thread-foot").dataset.place === key) return;
  $("thread-foot").dataset.place = key;
  fill($("thread-foot"), composer({
    placeholder: "Reply…", testid: "thread-composer", commands: [], also: name,
    send: async (text, broadcast) => await act(text.startsWith("/") ? "commands" : "messages", { room: room.id, thread: root.ts, text, broadcast, quiet: true }) ?? {},
  }));
}

const base64 = (file) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(",")[1]);
  reader.readAsDataURL(file);
});

document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
window.addEventListener("hashchange", route);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && state && refresh());
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector("dialog[open], .menu") && thread) { thread = ""; draw(); } });
await refresh();
route();
listen();
