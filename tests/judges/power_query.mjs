// Microsoft's parser of Power Query: reads texts as a JSON array from standard input, says of each whether it is an expression.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(process.env.CADENZA_NODE_DRIVERS + '/');
const { DefaultSettings, TaskUtils } = require('@microsoft/powerquery-parser');

const said = [];
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  const task = await TaskUtils.tryLexParse(DefaultSettings, text);
  said.push(TaskUtils.isParseStageOk(task));
}
console.log(JSON.stringify(said));
