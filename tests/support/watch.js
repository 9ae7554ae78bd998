// Keeps the memory of the Wasm module that is instantiated next, for the tests to look at its size.

const Instance = WebAssembly.Instance;

WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    globalThis.watchedMemory = this.exports.memory;
  }
};
