import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from './pictures';

const FOLDER = join(__dirname, '../../docs/images');

for (const [name, content] of Object.entries(files())) {
  writeFileSync(join(FOLDER, name), content);
  console.log(`docs/images/${name}`);
}
