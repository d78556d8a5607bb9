import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { ROOT } from './pages';

/** A name that users of the library see, with what its docstring says. */
export interface PublicName {
  /** The class, interface or enum; for a member, that which it belongs to. */
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

/** The public names of a source file: all that is exported in it, or the types that are named. */
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

/** All that the index exports, in the order in which it does. */
export function publicApi(): PublicName[] {
  return parse(join(ROOT, 'src/index.ts')).statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, moduleSpecifier }) => {
    const types = (exportClause as ts.NamedExports).elements.map(({ name }) => name.text);
    return publicNamesIn(parse(join(ROOT, 'src', `${(moduleSpecifier as ts.StringLiteral).text}.ts`)), types);
  });
}

/** What a default says: code, or, behind a dash, words. */
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

/** The compiler takes the first word behind `@see` for a name, and with it a URL's scheme. */
function textOf(tag: ts.JSDocTag): string {
  return tag.getText().replace(/^@\w+/, '').replace(/\n\s*\* ?/g, '\n').trim();
}
