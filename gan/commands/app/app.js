// The page asks its server for images, and shows them. It keeps nothing, and asks nobody else.

const $ = (id) => document.getElementById(id);
const results = (section) => $(section).querySelector(".sides");
const FAR = 3; // of a slider: latents from N(0, 1) hardly come beyond it
const SMALL = 128; // pixels of an image that is enlarged without smoothing

let limits;
let picture = null; // the user's file
let sides = []; // {source, name, can}: what is shown, and what it can do

// --- asking -------------------------------------------------------------------------------------------------------

async function ask(path, query = {}, body = undefined) {
  const values = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const address = `${path}?${new URLSearchParams(values)}`;
  let answer;
  try {
    answer = await fetch(address, body === undefined ? {} : { method: "POST", body });
  } catch {
    throw new Error("the server does not answer; is `python -m gan app` still running?");
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

/** Calls `work` now, or, while it is at work, once more afterwards: so the last wish is always fulfilled. */
function latest(place, work) {
  let again = false;
  return async () => {
    again = true;
    if (place.ariaBusy === "true") return;
    place.ariaBusy = "true";
    while (again) {
      again = false;
      await work();
    }
    place.ariaBusy = "false";
  };
}

// --- showing ------------------------------------------------------------------------------------------------------

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A figure of a blob; what it showed before is forgotten. */
function show(figure, blob, alt, ...caption) {
  const image = element("img", { alt, src: URL.createObjectURL(blob) });
  image.onload = () => image.classList.toggle("small", Math.max(image.naturalWidth, image.naturalHeight) <= SMALL);
  forget(figure);
  figure.replaceChildren(image, ...(caption.length ? [element("figcaption", {}, ...caption)] : []));
}

function forget(place) {
  for (const image of place.querySelectorAll("img")) URL.revokeObjectURL(image.src);
}

function say(place, text, refused = false) {
  place.textContent = text;
  place.classList.toggle("refused", refused);
}

/** A column for each model that can do this, with its name; if none can, why. */
function columns(section, what) {
  const place = results(section);
  const able = sides.filter((side) => !side.can[what].error);
  forget(place);
  place.replaceChildren(
    ...(able.length ? able : sides).map((side) => {
      const can = side.can[what];
      side[what] = element("div", { className: "figures" });
      const about = element("p", { className: "soft", textContent: can.error ?? can.by });
      return element("div", { className: "side" }, element("h3", { textContent: side.name }), about, side[what]);
    }),
  );
  for (const control of $(section).querySelectorAll(".controls")) control.hidden = !able.length;
  return able.length > 0;
}

// --- models -------------------------------------------------------------------------------------------------------

const choose = latest($("models"), async () => {
  say($("told"), "Loading …");
  const chosen = [$("left"), $("right")].filter((one) => one.value !== "");
  try {
    const found = [];
    for (const one of chosen) {
      const can = await (await ask("model", { source: one.value })).json();
      found.push({ source: one.value, name: one.selectedOptions[0].text, can });
    }
    sides = found;
  } catch (error) {
    return say($("told"), error.message, true);
  }
  say($("told"), "");
  if (columns("translate", "translate") && picture) translate();
  if (columns("walk", "walk")) {
    sliders();
    walk();
  }
});

// --- a picture ----------------------------------------------------------------------------------------------------

const translate = latest(results("translate"), async () => {
  const [file, shown] = [picture, sides];
  const jobs = sides.flatMap((side) => (side.can.translate.directions ?? []).map((direction) => ({ side, direction })));
  for (const side of sides) side.translate.replaceChildren();
  for (const [number, { side, direction }] of jobs.entries()) {
    say($("said"), `Translating ${file.name}: ${number + 1} of ${jobs.length} …`);
    try {
      const made = await (await ask("translate", { source: side.source, direction }, file)).blob();
      if (file !== picture || shown !== sides) return; // another wish came meanwhile
      const [from, to] = direction.toUpperCase().split("2");
      const figure = element("figure");
      show(figure, made, `${file.name} translated from ${from} to ${to} by ${side.name}`, `${from} → ${to}, `);
      const name = `${file.name.replace(/\.\w+$/, "")}-${direction}.png`;
      figure.lastChild.append(element("a", { href: figure.firstChild.src, download: name, textContent: "save" }));
      side.translate.className = "pair";
      side.translate.append(figure);
    } catch (error) {
      if (file === picture && shown === sides) say($("said"), `${file.name}: ${error.message}`, true);
      return;
    }
  }
  say($("said"), `${file.name}: translated.`);
});

function take(file) {
  if (!file) return;
  if (file.size > limits.megabytes * 1e6) {
    const size = (file.size / 1e6).toFixed(1);
    return say($("said"), `${file.name}: the file has ${size} MB, max_megabytes allows ${limits.megabytes}`, true);
  }
  picture = file;
  $("given").hidden = false;
  show($("given"), file, `your picture, ${file.name}`, file.name);
  $("given").firstChild.onerror = () => ($("given").hidden = true); // a browser reads fewer formats than the server
  translate();
}

// --- a walk -------------------------------------------------------------------------------------------------------

function sliders() {
  const able = sides.map((side) => side.can.walk).filter((can) => !can.error);
  const wanted = Math.max(...able.map((can) => can.axes));
  for (let number = $("moves").childElementCount + 1; number <= wanted; number++) {
    const slider = element("input", { type: "range", min: -FAR, max: FAR, step: 0.05, value: 0, id: `move-${number}` });
    $("moves").append(element("label", { className: "slider" }, `Direction ${number} `, slider, element("output")));
  }
  const classes = able.map((can) => can.classes).find((some) => some.length) ?? [];
  $("class").hidden = !classes.length;
  const kept = $("label").value;
  $("label").replaceChildren(...(classes.length ? classes : [""]).map((text, value) => element("option", { text, value })));
  if (kept < classes.length) $("label").value = kept;
}

function outputs() {
  for (const slider of document.querySelectorAll(".slider input")) {
    const percent = slider.id === "share";
    const value = Number(slider.value);
    slider.nextElementSibling.textContent = percent ? `${Math.round(value * 100)} %` : value.toFixed(2);
    slider.setAttribute("aria-valuetext", slider.nextElementSibling.textContent);
  }
}

const walk = latest(results("walk"), async () => {
  outputs();
  if (!$("from").checkValidity() || !$("to").checkValidity()) return;
  const place = { from: $("from").value, to: $("to").value, share: $("share").value, label: $("label").value };
  place.move = [...$("moves").querySelectorAll("input")].map((slider) => slider.value);
  await Promise.all(
    sides.filter((side) => !side.can.walk.error).map(async (side) => {
      if (!side.walk.firstChild) side.walk.append(element("figure"));
      try {
        const made = await (await ask("walk", { source: side.source, ...place })).blob();
        const way = `${Math.round(place.share * 100)} % of the way from image ${place.from} to ${place.to}`;
        show(side.walk.firstChild, made, `${side.name}, ${way}`, way);
      } catch (error) {
        side.walk.firstChild.replaceChildren(element("p", { className: "refused", textContent: error.message }));
      }
    }),
  );
});

// --- begin --------------------------------------------------------------------------------------------------------

limits = await (await ask("models")).json();
const options = limits.sources.map((text, value) => element("option", { text, value }));
$("left").append(...options.map((one) => one.cloneNode(true)));
$("right").append(...options);
if (options.length === 2) $("right").value = "1";
$("file").accept = ["image/*", ...limits.suffixes].join(",");

for (const id of ["left", "right"]) $(id).addEventListener("change", choose);
$("file").addEventListener("change", () => take($("file").files[0]));
for (const kind of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") take(event.dataTransfer.files[0]);
  });
}
const form = document.querySelector("#walk form");
form.addEventListener("input", walk);
form.addEventListener("submit", (event) => event.preventDefault());
$("others").addEventListener("click", () => {
  for (const id of ["from", "to"]) $(id).value = Math.floor(Math.random() * 10000);
  walk();
});
$("back").addEventListener("click", () => {
  for (const slider of $("moves").querySelectorAll("input")) slider.value = 0;
  walk();
});
choose();
