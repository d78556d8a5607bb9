import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './pages';

/** A file that exists in memory only, at the project's root. */
export interface Draft {
  readonly name: string;
  readonly text: string;
}

/** Strict compiler errors of each draft. All drafts are in one program, since loading aws-cdk-lib takes most of the time. */
export function typeCheck(drafts: readonly Draft[]): Map<string, string[]> {
  const texts = new Map(drafts.map(({ name, text }) => [join(ROOT, name), text]));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [...texts.keys()] }, ts.sys, ROOT);
  // A sample may have unused declarations.
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false, noUnusedParameters: false });
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (file, version, ...rest) => {
    const text = texts.get(file);
    return text === undefined ? readFile(file, version, ...rest) : ts.createSourceFile(file, text, version, true);
  };
  host.fileExists = (file) => texts.has(file) || ts.sys.fileExists(file);
  const program = ts.createProgram([...texts.keys()], { ...options, noUnusedLocals: false, noUnusedParameters: false }, host);
  return new Map(drafts.map(({ name }) => {
    const file = program.getSourceFile(join(ROOT, name))!;
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return [name, found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))];
  }));
}
