// Decides with a module of `enact build --target wasm`, in a browser or in Node: nothing but WebAssembly is needed.

/** A policy: `bytes` of the module, as an ArrayBuffer or a typed array. */
export async function load(bytes) {
  const module = await WebAssembly.compile(bytes);
  const [section] = WebAssembly.Module.customSections(module, "enact.interface");
  const about = JSON.parse(new TextDecoder().decode(section));
  const { exports } = await WebAssembly.instantiate(module, {});
  return new Policy(about, exports);
}

class Policy {
  /** What the module says of itself: `policy`, `hash`, `decisions`, `json`. */
  constructor(about, exports) {
    this.about = about;
    this.exports = exports;
  }

  /** The answer to facts, as `enact run --json` gives it. `today` is a day such as "2024-03-01". */
  decide(decision, facts, today = new Date().toISOString().slice(0, 10)) {
    const it = this.about.json.find((one) => one.decision === decision);
    if (!it) throw new Error(`there is no decision ${decision}`);
    const text = new TextEncoder().encode(typeof facts === "string" ? facts : JSON.stringify(facts));
    const { memory, free } = this.exports;
    const room = (free.value + text.length + 7) & ~7;
    const missing = room + it.room + it.room_per_byte * text.length - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    new Uint8Array(memory.buffer).set(text, free.value);
    const days = Date.parse(`${today}T00:00:00Z`) / 86_400_000;
    const length = this.exports[it.function](free.value, text.length, room, days);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, room, length)));
  }
}
