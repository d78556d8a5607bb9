import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './pages';

/** A public name of the library, with its docstring. */
export interface PublicName {
  /** The class, interface or enum, or for a member the one that it belongs to. */
  readonly type: string;
  readonly member?: string;
  readonly optional: boolean;
  readonly text: string;
  readonly tags: ReadonlyArray<{ readonly name: string; readonly text: string }>;
}

type Declaration = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration;

const isType = (node: ts.Node): node is Declaration => ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node);

function parse(file: string, text = readFileSync(file, 'utf8')): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** The public names of a source file: all of its exports, or the given types. */
function publicNamesIn(source: ts.SourceFile, types?: readonly string[]): PublicName[] {
  return source.statements.filter(isType)
    .filter(({ name }) => !types || types.includes(name!.text))
    .flatMap((declaration) => {
      const members = (declaration.members as ts.NodeArray<ts.Node & { name?: ts.PropertyName; questionToken?: ts.Node }>).filter(isPublic);
      return [named(declaration), ...members.map((member) => named(declaration, member))];
    });
}

export function publicNamesOf(text: string): PublicName[] {
  return publicNamesIn(parse('sample.ts', text));
}

/** All exports of the index in their order. */
export function publicApi(): PublicName[] {
  return parse(join(ROOT, 'src/index.ts')).statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, moduleSpecifier }) => {
    const types = (exportClause as ts.NamedExports).elements.map(({ name }) => name.text);
    return publicNamesIn(parse(join(ROOT, 'src', `${(moduleSpecifier as ts.StringLiteral).text}.ts`)), types);
  });
}

/** A default in a docstring: code, or text after a dash. */
export function defaultOf({ tags }: PublicName): { code?: string; words?: string } {
  const text = tags.find(({ name }) => name === 'default')?.text.replace(/\s+/g, ' ');
  return text?.startsWith('- ') ? { words: text.slice(2) } : { code: text };
}

function isPublic(member: ts.Node & { name?: ts.PropertyName }): boolean {
  const hidden = ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return !hidden && member.name !== undefined && !member.name.getText().startsWith('_');
}

function named(declaration: Declaration, member?: ts.Node & { name?: ts.PropertyName; questionToken?: ts.Node }): PublicName {
  const node = member ?? declaration;
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return {
    type: declaration.name!.text,
    member: member?.name!.getText(),
    optional: ts.isInterfaceDeclaration(declaration) && member?.questionToken !== undefined,
    text: ts.getTextOfJSDocComment(comment?.comment) ?? '',
    tags: (comment?.tags ?? []).map((tag) => ({ name: tag.tagName.text, text: textOf(tag) })),
  };
}

/** The compiler parses the first word after `@see` as a name, including the scheme of a URL. */
function textOf(tag: ts.JSDocTag): string {
  return tag.getText().replace(/^@\w+/, '').replace(/\n\s*\* ?/g, '\n').trim();
}
