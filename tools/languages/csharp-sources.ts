import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { artefact, filesIn } from './artefact';
import { findingsInApp } from './csharp-app';
import { CSharpNames, membersOf } from './csharp-names';
import { csharpParser, type Parse, type SyntaxNode } from './csharp-syntax';
import { ROOT, run, WORK } from './run';
import { findingsIn } from '../package-budget';

/** The package's generated sources. */
export const GENERATED = join(WORK, 'csharp-package');
const DECLARATIONS = ['class_declaration', 'interface_declaration', 'enum_declaration'];
const MEMBERS = ['method_declaration', 'property_declaration', 'enum_member_declaration'];

/** Checks without an SDK: the sources of the package and the apps parse, and every name that the apps use is declared. */
export async function findingsInCSharp(): Promise<string[]> {
  rmSync(GENERATED, { recursive: true, force: true });
  await run('npx', ['jsii-pacmak', '--code-only', '--target', 'dotnet', '--outdir', GENERATED]);
  const [parse, names] = await Promise.all([csharpParser(), CSharpNames.load()]);
  const generated = sourcesBelow(GENERATED, parse);
  const apps = sourcesBelow(join(ROOT, 'examples/csharp/src'), parse);
  return [
    ...findingsIn(await filesIn(artefact(GENERATED, '.tgz'))),
    ...[...generated, ...apps].filter(([, root]) => root.hasError).map(([file]) => `${file} does not parse`),
    ...missingNames(names, generated.flatMap(([, root]) => root.descendantsOfType(DECLARATIONS))),
    ...apps.flatMap(([file, root]) => findingsInApp(names, root).map((finding) => `${file}, ${finding}`)),
  ];
}

function sourcesBelow(folder: string, parse: Parse): [string, SyntaxNode][] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.cs'));
  if (files.length === 0) throw new Error(`${folder} must contain C# sources`);
  return files.map((file) => [relative(ROOT, join(folder, file)), parse(readFileSync(join(folder, file), 'utf8'))]);
}

function missingNames(names: CSharpNames, declarations: SyntaxNode[]): string[] {
  const declared = new Map(declarations.map((declaration) => [nameOf(declaration), declaration.descendantsOfType(MEMBERS).map(nameOf)]));
  return names.ownTypes().flatMap(([fullName, type]) => [
    // C# would look up the rest of the namespace inside the type.
    ...fullName.split('.').slice(0, -1).includes(type.name) ? [`${type.name} must not have the name of a part of its namespace`] : [],
    ...declared.has(type.name) ? [] : [`${fullName} is not declared`],
    ...membersOf(type).filter((member) => !declared.get(type.name)?.includes(member)).map((member) => `${fullName}.${member} is not declared`),
  ]);
}

function nameOf(node: SyntaxNode): string {
  return node.childForFieldName('name')!.text;
}
