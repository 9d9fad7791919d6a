// Findings of Microsoft's own parser. Argument: the folder of its two files. Standard input:
// {"tables": {"t": "(payload: dynamic)"}, "texts": {"name": "query"}}; output: {"name": ["code severity at: message"]}.
const fs = require("fs"), vm = require("vm");
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  vm.runInThisContext(fs.readFileSync(`${process.argv[2]}/${file}`, "utf8"), { filename: file });
}
const { KustoCode, GlobalState, Symbols } = Kusto.Language;
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const tables = Object.entries(asked.tables).map(([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, null));
const list = new (System.Collections.Generic.List$1(Symbols.Symbol).ctor)();
tables.forEach((t) => list.add(t));
const database = new Symbols.DatabaseSymbol.$ctor3("telemetry", null, list, false);
const globals = GlobalState.Default.WithDatabase(database);
const answer = {};
for (const [name, text] of Object.entries(asked.texts)) {
  const found = KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
  answer[name] = [];
  for (let i = 0; i < found.Count; i++) {
    const one = found.getItem(i);
    answer[name].push(`${one.Code} ${one.Severity} at ${one.Start}: ${one.Message}`);
  }
}
console.log(JSON.stringify(answer));
