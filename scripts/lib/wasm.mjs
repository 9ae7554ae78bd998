// What of a module can nobody call? Read and written on the level of sections; wasm-opt then removes what only that used.

const IMPORTS = 2;
const EXPORTS = 7;

/**
 * The module without what its libraries export for classes that nobody can have an object of. wasm-bindgen keeps all of
 * that, because JavaScript might call it: but an object comes from a constructor (which is called `new` in Rust), or out of
 * the module.
 */
export function withoutUnusedClasses(module) {
  const all = sections(module);
  const names = (id, read) => all.filter((section) => section.id === id).flatMap((section) => read(section.bytes));
  const exported = names(EXPORTS, exports).map(({ name }) => name);
  const imported = new Set(names(IMPORTS, imports));
  const classes = exported.map((name) => /^__wbg_(\w+)_free$/.exec(name)?.[1]).filter(Boolean);
  const unused = classes.filter((name) => !imported.has(`__wbg_${name}_new`) && !exported.includes(`${name}_new`));
  const dead = (name) => unused.some((of) => name.startsWith(`${of}_`) || new RegExp(`^__wbg_(?:[gs]et_)?${of}_`).test(name));
  const rest = all.map(({ id, bytes }) => {
    if (id !== EXPORTS) return section(id, bytes);
    const kept = exports(bytes).filter(({ name }) => !dead(name));
    return section(id, Buffer.concat([number(kept.length), ...kept.map(({ bytes }) => bytes)]));
  });
  return Buffer.concat([module.subarray(0, HEADER), ...rest]);
}

// Magic number and version.
const HEADER = 8;

function sections(module) {
  if (module.readUInt32LE(0) !== 0x6d736100) throw new Error("no Wasm module");
  const reader = new Reader(module.subarray(HEADER));
  const all = [];
  while (!reader.isAtEnd()) all.push({ id: reader.byte(), bytes: reader.bytes() });
  return all;
}

const section = (id, bytes) => Buffer.concat([Buffer.from([id]), number(bytes.length), bytes]);

const exports = (bytes) => list(bytes, (reader) => {
  const start = reader.at;
  const name = reader.name();
  reader.byte();
  reader.number();
  return { name, bytes: bytes.subarray(start, reader.at) };
});

const imports = (bytes) => list(bytes, (reader) => {
  reader.name();
  const name = reader.name();
  reader.type();
  return name;
});

// What is read wrongly ends elsewhere.
function list(bytes, one) {
  const reader = new Reader(bytes);
  const all = Array.from({ length: reader.number() }, () => one(reader));
  if (!reader.isAtEnd()) throw new Error("a Wasm section with something unknown in it");
  return all;
}

class Reader {
  constructor(source) {
    this.source = source;
    this.at = 0;
  }

  isAtEnd() {
    return this.at >= this.source.length;
  }

  byte() {
    if (this.isAtEnd()) throw new Error("the Wasm module ends too soon");
    return this.source[this.at++];
  }

  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  bytes() {
    const length = this.number();
    if (length > this.source.length - this.at) throw new Error("the Wasm module ends too soon");
    return this.source.subarray(this.at, (this.at += length));
  }

  name() {
    return this.bytes().toString();
  }

  /** What is imported: a function, a table, a memory, a global or a tag. */
  type() {
    const kind = this.byte();
    const one = [this.number, this.table, this.limits, this.global, this.tag][kind];
    if (!one) throw new Error(`an unknown kind of import: ${kind}`);
    one.call(this);
  }

  table() {
    this.value();
    this.limits();
  }

  limits() {
    const hasMost = this.byte() & 1;
    this.number();
    if (hasMost) this.number();
  }

  global() {
    this.value();
    this.byte();
  }

  tag() {
    this.byte();
    this.number();
  }

  /** The type of a value: numbers, vectors, functions and whatever is JavaScript's; others have more than a byte. */
  value() {
    const type = this.byte();
    if (!(type >= 0x7b && type <= 0x7f) && type !== 0x70 && type !== 0x6f) throw new Error(`an unknown type: ${type}`);
  }
}

function number(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}
