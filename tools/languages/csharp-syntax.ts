import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { run, WORK } from './run';

/** A node of tree-sitter's syntax tree. */
export interface SyntaxNode {
  readonly type: string;
  readonly text: string;
  readonly hasError: boolean;
  readonly namedChildren: SyntaxNode[];
  readonly startPosition: { row: number };
  childForFieldName(name: string): SyntaxNode | null;
  descendantsOfType(types: string[]): SyntaxNode[];
}

export type Parse = (text: string) => SyntaxNode;

const PARSER = join(WORK, 'csharp-parser');
const PACKAGES = ['web-tree-sitter@0.27.1', 'tree-sitter-c-sharp@0.23.5'];

/** Parses C# without an SDK. The parser is installed on demand, because nothing else in this project needs it. */
export async function csharpParser(): Promise<Parse> {
  if (!existsSync(join(PARSER, 'node_modules/tree-sitter-c-sharp'))) {
    mkdirSync(PARSER, { recursive: true });
    writeFileSync(join(PARSER, 'package.json'), '{"private":true}');
    // The native parts of the packages are not needed.
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', ...PACKAGES], { cwd: PARSER });
  }
  const load = createRequire(join(PARSER, 'package.json'));
  const { Parser, Language } = load('web-tree-sitter');
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(load.resolve('tree-sitter-c-sharp/tree-sitter-c_sharp.wasm')));
  return (text) => parser.parse(text).rootNode;
}
