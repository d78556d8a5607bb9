import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test.each([
  ['ts nofixture', 'typescript/app.ts'],
  ['python', 'python/app.py'],
  ['java', 'java/src/main/java/com/example/App.java'],
  ['csharp', 'csharp/src/App/Program.cs'],
  ['go', 'go/main.go'],
])('the app that README shows as %s is that of the examples', (language, file) => {
  const app = readFileSync(join(ROOT, 'examples', file), 'utf8').trimEnd();
  expect(readme).toContain(`\`\`\`${language}\n${app}\n\`\`\`\n\n</details>`);
});
