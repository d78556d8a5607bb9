import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CheckFailure } from './failure';

/** Error of a YAML parser. Its message quotes the document, which may contain keys. */
interface YamlError {
  readonly reason?: string;
  readonly mark?: { readonly line: number; readonly column: number };
}

interface YamlParser {
  load(text: string): unknown;
}

const REMEDY = 'Correct `config`. LibreChat would start without a file that it cannot read, and keep uploads on the disk of one worker';

/** Parses `librechat.yaml` with LibreChat's own parser: LibreChat ignores a file that it cannot parse. */
export function checkConfiguration(path: string | undefined): void {
  const parser = parserOfImage();
  if (!path || !parser) return;
  let document: unknown;
  try {
    document = parser.load(readFileSync(path, 'utf8'));
  } catch (error) {
    const { reason = 'it is not YAML', mark } = error as YamlError;
    throw new CheckFailure('configuration', `librechat.yaml cannot be parsed: ${reason}${mark ? ` in line ${mark.line + 1}, column ${mark.column + 1}` : ''}`, REMEDY);
  }
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) return;
  throw new CheckFailure('configuration', `librechat.yaml must contain a mapping, got: ${document === undefined ? 'nothing' : typeof document}`, REMEDY);
}

/** Undefined in an image whose LibreChat uses another parser. */
function parserOfImage(): YamlParser | undefined {
  const load = createRequire(join(process.cwd(), 'package.json'));
  try {
    return load('js-yaml') as YamlParser;
  } catch {
    return undefined;
  }
}
