import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows the Python app of the examples', () => {
  const app = readFileSync(join(ROOT, 'examples/python/app.py'), 'utf8').trimEnd();
  expect(readme).toContain(`\`\`\`python\n${app}\n\`\`\`\n\n</details>`);
});

test.each(['java', 'csharp', 'go'])('the README links to the example in %s', (language) => {
  expect(readme).toContain(`(examples/${language}/README.md)`);
});
