// Slack's text formats as elements: mrkdwn, rich_text and the markdown block.

import { h } from "./dom.js";

const EMOJI = Object.fromEntries((
  "warning ⚠️ white_check_mark ✅ heavy_check_mark ✔️ x ❌ eyes 👀 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 tada 🎉 rocket 🚀 " +
  "fire 🔥 bulb 💡 memo 📝 pencil ✏️ pencil2 ✏️ books 📚 book 📖 bookmark 🔖 link 🔗 mag 🔍 lock 🔒 unlock 🔓 key 🔑 " +
  "rotating_light 🚨 bell 🔔 no_bell 🔕 hourglass ⌛ hourglass_flowing_sand ⏳ clock1 🕐 stopwatch ⏱️ calendar 📆 date 📅 " +
  "chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ " +
  "arrow_left ⬅️ heavy_minus_sign ➖ heavy_plus_sign ➕ red_circle 🔴 large_yellow_circle 🟡 large_green_circle 🟢 " +
  "large_orange_circle 🟠 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 " +
  "question ❓ exclamation ❗ information_source ℹ️ speech_balloon 💬 thought_balloon 💭 email 📧 envelope ✉️ phone 📞 " +
  "telephone_receiver 📞 package 📦 credit_card 💳 moneybag 💰 receipt 🧾 gear ⚙️ wrench 🔧 hammer_and_wrench 🛠️ nut_and_bolt 🔩 " +
  "robot_face 🤖 wave 👋 raised_hands 🙌 clap 👏 pray 🙏 ok_hand 👌 point_right 👉 muscle 💪 smile 😄 slightly_smiling_face 🙂 " +
  "thinking_face 🤔 disappointed 😞 angry 😠 rage 😡 sob 😭 neutral_face 😐 heart ❤️ star ⭐ sparkles ✨ zap ⚡ seedling 🌱 " +
  "hand ✋ raised_hand ✋ label 🏷️ pushpin 📌 paperclip 📎 clipboard 📋 page_facing_up 📄 inbox_tray 📥 outbox_tray 📤 " +
  "shield 🛡️ bug 🐛 test_tube 🧪 microscope 🔬 dart 🎯 trophy 🏆 bust_in_silhouette 👤 busts_in_silhouette 👥 house 🏠 " +
  "repeat 🔁 arrows_counterclockwise 🔄 leftwards_arrow_with_hook ↩️ fast_forward ⏩ double_vertical_bar ⏸️ zzz 💤 " +
  "vertical_traffic_light 🚦 scales ⚖️ crystal_ball 🔮 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣"
).split(" ").reduce((pairs, word, at, words) => (at % 2 ? pairs : [...pairs, [word, words[at + 1]]]), []));

const INLINE = new RegExp([
  "<([^<>]+)>", "`([^`\\n]+)`",
  "(?<![\\w*])\\*(?=\\S)([^*\\n]+?)(?<=\\S)\\*(?![\\w*])",
  "(?<![\\w_])_(?=\\S)([^\\n]+?)(?<=\\S)_(?![\\w_])",
  "(?<![\\w~])~(?=\\S)([^~\\n]+?)(?<=\\S)~(?![\\w~])",
  ":([a-z0-9_+'-]+):",
].join("|"), "g");

let people = new Map(), rooms = new Map(), groups = new Map(), self = "";

export function setNames(state) {
  people = new Map(state.people.map((one) => [one.id, one]));
  rooms = new Map(state.rooms.map((one) => [one.id, one]));
  groups = new Map(state.groups.map((one) => [one.id, one]));
  self = state.viewer;
}

const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export const emoji = (name) =>
  EMOJI[name] ? h("span", { class: "emoji", title: `:${name}:` }, EMOJI[name]) : `:${name}:`;

export const withEmoji = (text) =>
  text.split(/(:[a-z0-9_+'-]+:)/).map((part) => (/^:.+:$/.test(part) ? emoji(part.slice(1, -1)) : part));

export function safeLink(url, ...label) {
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(url)) return h("span", {}, ...label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

const mention = (id, name) => h("span", { class: `mention ${id === self ? "me" : ""}` }, name);
const personMention = (id) => mention(id, `@${people.get(id)?.real_name ?? id}`);
const roomMention = (id, label) => h("a", { class: "mention", href: `#/room/${id}` }, `#${rooms.get(id)?.name ?? label ?? id}`);

function date(parts) {
  const [, seconds, format] = parts, day = new Date(Number(seconds) * 1000);
  const shapes = {
    date: { year: "numeric", month: "long", day: "numeric" }, date_short: { year: "numeric", month: "short", day: "numeric" },
    date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" }, date_num: {}, time: { hour: "numeric", minute: "2-digit" },
    time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" }, date_pretty: { year: "numeric", month: "long", day: "numeric" },
    date_short_pretty: { year: "numeric", month: "short", day: "numeric" }, date_long_pretty: { weekday: "long", month: "long", day: "numeric" },
    ago: { year: "numeric", month: "short", day: "numeric" },
  };
  return (format ?? "{date}").replace(/\{(\w+)\}/g, (whole, name) => (shapes[name] ? day.toLocaleString([], shapes[name]) : whole));
}

function token(inner) {
  const bar = inner.indexOf("|"), target = bar < 0 ? inner : inner.slice(0, bar), label = bar < 0 ? "" : plain(inner.slice(bar + 1));
  if (target.startsWith("@")) return personMention(target.slice(1));
  if (target.startsWith("#")) return roomMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return mention("", `@${groups.get(target.slice(9))?.handle ?? (label.replace(/^@/, "") || "group")}`);
  if (target.startsWith("!date^")) return date(target.split("^"));
  if (target.startsWith("!")) return mention(self, `@${target.slice(1)}`);
  return safeLink(plain(target), label || plain(target));
}

function inline(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    out.push(plain(text.slice(at, found.index)));
    at = found.index + found[0].length;
    const [, link, code, bold, italic, strike, name] = found;
    if (link !== undefined) out.push(token(link));
    else if (code !== undefined) out.push(h("code", {}, plain(code)));
    else if (bold !== undefined) out.push(h("b", {}, inline(bold)));
    else if (italic !== undefined) out.push(h("i", {}, inline(italic)));
    else if (strike !== undefined) out.push(h("s", {}, inline(strike)));
    else out.push(emoji(name));
  }
  return [...out, plain(text.slice(at))].filter((part) => part !== "");
}

function lines(text) {
  const out = [];
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/), listed = line.match(/^\s*(•|-|\d+\.)\s+(.*)$/), last = out.at(-1);
    if (quoted) {
      if (last?.tagName === "BLOCKQUOTE") last.append(h("br"), ...inline(quoted[1]));
      else out.push(h("blockquote", {}, inline(quoted[1])));
    } else if (listed) {
      out.push(h("div", { class: "item" }, h("span", { class: "bullet" }, listed[1] === "-" ? "-" : listed[1]), h("span", {}, inline(listed[2]))));
    } else out.push(h("div", { class: "line" }, line ? inline(line) : h("br")));
  }
  return out;
}

export function mrkdwn(text) {
  const parts = String(text).split(/\n?```\n?([\s\S]*?)\n?```\n?/); // every second part is code
  return h("div", { class: "mrkdwn" }, parts.map((part, at) => (at % 2 ? h("pre", {}, plain(part)) : part && lines(part))));
}

export const textOf = (object) =>
  object.type === "mrkdwn" ? mrkdwn(object.text) : h("div", { class: "mrkdwn" }, withEmoji(object.text));

function richPart(part) {
  const style = part.style ?? {};
  if (part.type === "emoji") return emoji(part.name);
  if (part.type === "user") return personMention(part.user_id);
  if (part.type === "usergroup") return token(`!subteam^${part.usergroup_id}`);
  if (part.type === "channel") return roomMention(part.channel_id);
  if (part.type === "broadcast") return mention(self, `@${part.range}`);
  if (part.type === "date") return date(["", part.timestamp, part.format]);
  let node = part.type === "link" ? safeLink(part.url, part.text ?? part.url) : h("span", { class: "pre" }, part.text ?? "");
  for (const [name, tag] of [["bold", "b"], ["italic", "i"], ["strike", "s"], ["code", "code"]]) if (style[name]) node = h(tag, {}, node);
  return node;
}

export function richText(block) {
  return h("div", { class: "mrkdwn rich" }, block.elements.map((element) => {
    const inner = (element.elements ?? []).map((part) => (part.elements ? h("li", {}, part.elements.map(richPart)) : richPart(part)));
    if (element.type === "rich_text_list") return h(element.style === "ordered" ? "ol" : "ul", {}, inner);
    if (element.type === "rich_text_quote") return h("blockquote", {}, inner);
    if (element.type === "rich_text_preformatted") return h("pre", {}, inner);
    return h("div", { class: "line" }, inner);
  }));
}

const asMrkdwn = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
  .replace(/!?\[([^\]]*)\]\(([^)\s]+)\)/g, "<$2|$1>").replace(/\*\*(.+?)\*\*|__(.+?)__/g, "\u0001$1$2\u0001")
  .replace(/(?<![\w*])\*(?=\S)(.+?)\*(?!\w)/g, "_$1_").replaceAll("\u0001", "*").replace(/~~(.+?)~~/g, "~$1~");

export function markdown(text) {
  const out = h("div", { class: "mrkdwn markdown" });
  text.split(/```\w*\n?([\s\S]*?)```/).forEach((part, at) => {
    if (at % 2) return out.append(h("pre", {}, part.replace(/\n$/, "")));
    for (const line of part.split("\n")) {
      const heading = line.match(/^(#{1,6})\s+(.*)$/);
      if (heading) out.append(h("div", { class: `line heading h${heading[1].length}` }, inline(asMrkdwn(heading[2]))));
      else if (line.trim()) out.append(...lines(asMrkdwn(line.replace(/^>\s?/, "\u0002")).replace("\u0002", "> ").replace(/^(\s*)[-*] /, "$1• ")));
    }
  });
  return out;
}
