import type { Type } from 'jsii-reflect';
import type { CSharpNames } from './csharp-names';
import type { SyntaxNode } from './csharp-syntax';

/** Looks up every type and member that a C# program of top-level statements uses, and reports unknown ones. */
export function findingsInApp(names: CSharpNames, root: SyntaxNode): string[] {
  const app = new CSharpApp(names, root);
  for (const statement of root.namedChildren) app.visit(statement);
  return app.findings;
}

class CSharpApp {
  public readonly findings: string[] = [];
  private readonly usings: string[];
  private readonly aliases: Map<string, string>;
  private readonly variables = new Map<string, Type | null>();

  constructor(private readonly names: CSharpNames, root: SyntaxNode) {
    const directives = root.descendantsOfType(['using_directive']);
    const aliasOf = (directive: SyntaxNode) => directive.childForFieldName('name')?.text;
    const target = (directive: SyntaxNode) => directive.namedChildren.at(-1)!.text;
    this.usings = directives.filter((directive) => !aliasOf(directive)).map(target);
    this.aliases = new Map(directives.filter(aliasOf).map((directive) => [aliasOf(directive)!, target(directive)]));
  }

  /** The type of an expression; `null` for types that are not jsii's, such as strings. */
  public visit(node: SyntaxNode): Type | null {
    switch (node.type) {
      case 'using_directive': return null;
      case 'variable_declarator': return this.declare(node);
      case 'object_creation_expression': return this.create(node);
      case 'invocation_expression': return this.invoke(node);
      case 'member_access_expression': return this.access(node);
      case 'identifier': return this.variables.get(node.text) ?? this.type(node);
      default:
        for (const child of node.namedChildren) this.visit(child);
        return null;
    }
  }

  private declare(node: SyntaxNode): null {
    this.variables.set(node.childForFieldName('name')!.text, this.visit(node.namedChildren.at(-1)!));
    return null;
  }

  private create(node: SyntaxNode): Type | null {
    const typeNode = node.childForFieldName('type')!;
    const type = typeNode.type === 'generic_name' ? null : this.type(typeNode);
    if (typeNode.type === 'generic_name') for (const name of typeNode.descendantsOfType(['type_argument_list'])) this.typeArguments(name);
    for (const child of node.childForFieldName('arguments')?.namedChildren ?? []) this.visit(child);
    for (const child of node.childForFieldName('initializer')?.namedChildren ?? []) this.initialize(type, child);
    return type;
  }

  private typeArguments(list: SyntaxNode): void {
    for (const argument of list.namedChildren) if (argument.type === 'identifier') this.type(argument);
  }

  private initialize(type: Type | null, node: SyntaxNode): void {
    const left = node.childForFieldName('left');
    if (type && left?.type === 'identifier') this.member(type, left);
    this.visit(node.childForFieldName('right') ?? node);
  }

  private invoke(node: SyntaxNode): Type | null {
    const result = this.visit(node.childForFieldName('function')!);
    this.visit(node.childForFieldName('arguments')!);
    return result;
  }

  private access(node: SyntaxNode): Type | null {
    const type = this.visit(node.childForFieldName('expression')!);
    return type ? this.member(type, node.childForFieldName('name')!) : null;
  }

  private member(type: Type, name: SyntaxNode): Type | null {
    const result = this.names.member(type, name.text);
    if (result === undefined) this.report(name, `${type.name} has no member ${name.text}`);
    return result ?? null;
  }

  private type(node: SyntaxNode): Type | null {
    const full = this.aliases.get(node.text);
    const found = full
      ? [this.names.find(full.slice(0, full.lastIndexOf('.')), full.slice(full.lastIndexOf('.') + 1))]
      : this.usings.map((namespace) => this.names.find(namespace, node.text));
    const types = found.filter((type) => type !== undefined);
    if (types.length !== 1) this.report(node, types.length ? `${node.text} is ambiguous` : `${node.text} does not exist`);
    return types[0] ?? null;
  }

  private report(node: SyntaxNode, finding: string): void {
    this.findings.push(`line ${node.startPosition.row + 1}: ${finding}`);
  }
}
