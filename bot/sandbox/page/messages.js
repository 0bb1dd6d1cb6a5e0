// Messages, the row of things one can do with them, and the place to write.

import { attachment, blocks } from "./blocks.js";
import { h, menu, reconcile } from "./dom.js";
import { emoji, mrkdwn } from "./mrkdwn.js";

const QUICK = ["white_check_mark", "eyes", "raised_hands"];
const time = (ts) => new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
const dayOf = (ts) => new Date(Number(ts) * 1000).toDateString();

function dayName(ts) {
  const day = new Date(Number(ts) * 1000), yesterday = new Date(Date.now() - 864e5);
  if (day.toDateString() === new Date().toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  return day.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
}

export function author(state, message) {
  const person = state.people.find((one) => one.id === message.user) ?? state.people.find((one) => message.bot_id && one.bot_id === message.bot_id);
  const name = message.username ?? person?.real_name ?? message.bot_profile?.name ?? "Slackbot";
  const initials = person && !message.username ? person.initials : name.slice(0, 1).toUpperCase();
  return { name, initials, colour: person && !message.username ? person.colour : "#616061", bot: Boolean(message.bot_id) || message.subtype === "bot_message", title: person?.title };
}

export function avatar({ initials, colour, bot }, small = false) {
  const svg = (tag, props, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(props).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  };
  return svg("svg", { class: small ? "avatar small" : "avatar", viewBox: "0 0 36 36", "aria-hidden": "true" },
    svg("rect", { width: 36, height: 36, rx: bot ? 10 : 6, fill: colour }),
    svg("text", { x: 18, y: 23.5, "text-anchor": "middle", "font-size": 15, "font-weight": 700, fill: "#fff" }, initials));
}

// Messages by the same person within five minutes are drawn together, as in Slack.
export function drawMessages(container, state, list, ctx) {
  let before = null;
  const rows = [];
  for (const message of list) {
    if (!before || dayOf(before.ts) !== dayOf(message.ts)) { rows.push({ day: message.ts, ts: `day-${dayOf(message.ts)}` }); before = null; }
    const close = before && Number(message.ts) - Number(before.ts) < 300 && !message.visible_to && !before.visible_to;
    const same = close && before.user === message.user && before.username === message.username && before.bot_id === message.bot_id;
    rows.push({ ...message, compact: Boolean(same && !ctx.thread), replies: ctx.thread ? 0 : message.reply_count, marked: ctx.marked === message.ts });
    before = message;
  }
  followNewest(container);
  reconcile(container, rows, (row) => row.ts, (row) => (row.day ? h("div", { class: "day" }, h("span", {}, dayName(row.day))) : messageRow(state, row, ctx)));
  const newest = list.at(-1), news = newest && newest.ts !== container.newest && (newest.user === state.viewer || newest.visible_to);
  container.newest = newest?.ts;
  if (ctx.fresh || news) container.following = true;
  if (container.following) container.scrollTop = container.scrollHeight;
  if (ctx.marked && ctx.fresh) container.querySelector(`[data-ts="${CSS.escape(ctx.marked)}"]`)?.scrollIntoView({ block: "center" });
}

// Stay at the newest message while the person is there, also when the composer grows or a picture arrives.
function followNewest(container) {
  if (container.observer) return;
  container.addEventListener("scroll", () => { container.following = container.scrollHeight - container.scrollTop - container.clientHeight < 40; });
  container.observer = new ResizeObserver(() => { if (container.following) container.scrollTop = container.scrollHeight; });
  container.observer.observe(container);
}

function messageRow(state, message, ctx) {
  const who = author(state, message), whisper = Boolean(message.visible_to);
  const press = (element, block, given) => ctx.act("press", {
    room: message.channel, ts: message.ts, action: element.action_id, block: block.block_id, option: given });
  return h("article", {
    class: `message ${message.compact ? "compact" : ""} ${whisper ? "whisper" : ""} ${message.marked ? "marked" : ""}`,
    "data-testid": "message", "data-ts": message.ts, "aria-label": `${who.name} at ${time(message.ts)}`,
  },
  message.compact ? h("span", { class: "side-time" }, time(message.ts)) : avatar(who),
  h("div", { class: "content" },
    whisper && h("div", { class: "only-you" }, "👁 Only visible to you"),
    message.subtype === "thread_broadcast" && h("div", { class: "only-you" }, "replied to a thread"),
    !message.compact && h("div", { class: "byline" }, h("b", {}, who.name), who.bot && h("span", { class: "badge" }, "APP"), h("time", {}, time(message.ts))),
    body(state, message, press),
    reactions(state, message, ctx),
    message.replies > 0 && h("button", { type: "button", class: "replies", "data-testid": "replies", onclick: () => ctx.openThread(message.ts) },
      `${message.replies} ${message.replies === 1 ? "reply" : "replies"}`)),
  toolbar(state, message, ctx));
}

function body(state, message, press) {
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  const inner = message.blocks?.length ? blocks(message.blocks, press) : h("div", { class: "text-line" }, mrkdwn(message.text ?? ""), edited);
  return h("div", { class: message.subtype === "tombstone" ? "body tombstone" : "body" },
    inner,
    (message.attachments ?? []).map((one) => attachment(one, press)),
    (message.files ?? []).map(file));
}

function file(one) {
  if (one.mimetype?.startsWith("image/")) {
    return h("figure", { class: "file" }, h("figcaption", {}, one.title), h("img", { src: `/sandbox/files/${one.id}`, alt: one.alt_txt ?? one.title, class: "upload" }));
  }
  return h("a", { class: "file tile", href: `/sandbox/files/${one.id}`, download: one.name }, h("b", {}, one.title), h("span", { class: "hint" }, `${one.pretty_type} · ${one.size} bytes`));
}

function reactions(state, message, ctx) {
  if (!message.reactions?.length) return null;
  return h("div", { class: "reactions" }, message.reactions.map((one) => {
    const mine = one.users.includes(state.viewer), names = one.users.map((id) => state.people.find((person) => person.id === id)?.real_name ?? id);
    return h("button", { type: "button", class: mine ? "mine" : "", "aria-pressed": mine, title: `${names.join(", ")} reacted with :${one.name}:`,
      onclick: () => ctx.act("reactions", { room: message.channel, ts: message.ts, name: one.name, remove: mine }) }, emoji(one.name), ` ${one.count}`);
  }));
}

function toolbar(state, message, ctx) {
  const where = { room: message.channel, ts: message.ts }, mine = message.user === state.viewer;
  if (message.visible_to) return null;
  const more = h("button", { type: "button", "aria-label": "More actions for this message", "aria-haspopup": "menu", "data-testid": "message-menu", onclick: () => menu(more, [
    ...state.app.shortcuts.filter((one) => one.type === "message").map((one) => [
      [one.name, h("span", { class: "hint" }, ` ${state.app.name}`)], () => ctx.act("shortcuts", { ...where, callback_id: one.callback_id }), { "data-callback-id": one.callback_id }]),
    ["Copy link", () => ctx.copy(message)],
    ...(mine ? [["Edit message", () => ctx.edit(message)], ["Delete message", () => ctx.act("messages/delete", where)]] : []),
  ]) }, "⋮");
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    QUICK.map((name) => h("button", { type: "button", class: "quick", "aria-label": `React with ${name}`, onclick: () => ctx.act("reactions", { ...where, name }) }, emoji(name))),
    !ctx.thread && h("button", { type: "button", "aria-label": "Reply in thread", "data-testid": "reply-in-thread", onclick: () => ctx.openThread(message.thread_ts ?? message.ts) }, "💬"),
    more);
}

export function composer({ placeholder, testid, commands, send, also, attach, shortcuts = [] }) {
  const hints = h("div", { class: "hints", role: "listbox", hidden: true });
  const note = h("div", { class: "note", role: "alert" });
  const box = h("textarea", { rows: 1, placeholder, "aria-label": placeholder, "data-testid": testid });
  const tick = also && h("input", { type: "checkbox" });
  const go = async () => {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    grow();
    const told = await send(text, Boolean(tick?.checked));
    note.textContent = told.error ?? "";
    if (told.error) box.value = text;
  };
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
    const start = box.value.split(" ")[0], offered = box.value.startsWith("/") && !box.value.includes(" ") ? commands.filter((one) => one.command.startsWith(start)) : [];
    hints.hidden = !offered.length;
    hints.replaceChildren(...offered.map((one) => h("button", { type: "button", role: "option", onclick: () => { box.value = `${one.command} `; grow(); box.focus(); } },
      h("b", {}, one.command), ` ${one.usage_hint ?? ""} `, h("span", { class: "hint" }, one.description ?? ""))));
  };
  box.addEventListener("input", () => { note.textContent = ""; grow(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); go(); }
    if (event.key === "Tab" && !hints.hidden) { event.preventDefault(); hints.firstElementChild.click(); }
    if (event.key === "Escape") hints.hidden = true;
  });
  const file = attach && h("input", { type: "file", hidden: true, accept: "image/*", onchange: () => file.files[0] && attach(file.files[0]) });
  return h("div", { class: "composer" }, hints, box, note,
    h("div", { class: "composer-foot" },
      attach && h("button", { type: "button", class: "icon", "aria-label": "Attach a picture", onclick: () => file.click() }, "📎"), file,
      shortcuts.length > 0 && h("button", { type: "button", class: "icon", "aria-label": "Shortcuts", onclick: (event) => menu(event.currentTarget, shortcuts) }, "⚡"),
      tick && h("label", { class: "also" }, tick, ` Also send to ${also}`),
      h("button", { type: "button", class: "send", "aria-label": "Send", "data-testid": `${testid}-send`, onclick: go }, "➤")));
}
