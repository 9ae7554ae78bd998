// What of a module can nobody call? Read and written on the level of sections; wasm-opt then removes what only that used.

const IMPORTS = 2;
const EXPORTS = 7;

/**
 * The module without what its libraries export for classes that nobody can have an object of. wasm-bindgen keeps all of
 * that, because JavaScript might call it: but an object comes from a constructor, or out of the module.
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
  const reader = new Reader(module.subarray(HEADER));
  const all = [];
  while (!reader.isAtEnd()) all.push({ id: reader.byte(), bytes: reader.bytes() });
  return all;
}

const section = (id, bytes) => Buffer.concat([Buffer.from([id]), number(bytes.length), bytes]);

function exports(bytes) {
  const reader = new Reader(bytes);
  return Array.from({ length: reader.number() }, () => {
    const start = reader.at;
    const name = reader.name();
    reader.byte();
    reader.number();
    return { name, bytes: bytes.subarray(start, reader.at) };
  });
}

function imports(bytes) {
  const reader = new Reader(bytes);
  return Array.from({ length: reader.number() }, () => {
    reader.name();
    const name = reader.name();
    reader.type();
    return name;
  });
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
    return this.source.subarray(this.at, (this.at += length));
  }

  name() {
    return this.bytes().toString();
  }

  /** What kind of thing is imported: a function, a table, a memory, a global or a tag. */
  type() {
    const kind = this.byte();
    if (kind === 3) return this.at += 2;
    if (kind === 1 || kind === 4) this.byte();
    if (kind === 1 || kind === 2) {
      const hasMost = this.byte() & 1;
      this.number();
      return hasMost ? this.number() : undefined;
    }
    return this.number();
  }
}

function number(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}
