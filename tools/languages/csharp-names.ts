import { type ClassType, type InterfaceType, type Type, TypeSystem } from 'jsii-reflect';
import { ROOT } from './run';

/** The public types of this package, aws-cdk-lib and constructs, by their names in C#. */
export class CSharpNames {
  public static async load(): Promise<CSharpNames> {
    const system = new TypeSystem();
    const { name } = await system.load(ROOT, { validate: false });
    return new CSharpNames(system, name);
  }

  private readonly types = new Map<string, Type>();

  private constructor(private readonly system: TypeSystem, private readonly packageName: string) {
    for (const assembly of system.assemblies) {
      for (const type of assembly.types) this.types.set(`${namespaceOf(type)}.${type.name}`, type);
      for (const { types } of assembly.allSubmodules) for (const type of types) this.types.set(`${namespaceOf(type)}.${type.name}`, type);
    }
  }

  public find(namespace: string, name: string): Type | undefined {
    return this.types.get(`${namespace}.${name}`);
  }

  /** Types of this package, with their full names in C#. */
  public ownTypes(): [string, Type][] {
    return [...this.types].filter(([, type]) => type.assembly.name === this.packageName);
  }

  /** Type of a member; `null` for types that are not jsii's, `undefined` if the member does not exist. */
  public member(type: Type, name: string): Type | null | undefined {
    if (type.isEnumType()) return type.members.some((member) => member.name === name) ? type : undefined;
    const { allMethods, allProperties } = type as ClassType | InterfaceType;
    const property = allProperties.find((candidate) => inCSharp(candidate.name) === name);
    const method = allMethods.find((candidate) => inCSharp(candidate.name) === name);
    if (!property && !method) return undefined;
    const fqn = property ? property.type.fqn : method!.returns.type.fqn;
    return fqn ? this.system.findFqn(fqn) : null;
  }
}

/** The public members of a type, by their names in C#. */
export function membersOf(type: Type): string[] {
  if (type.isEnumType()) return type.members.map(({ name }) => name);
  const { ownMethods, ownProperties } = type as ClassType | InterfaceType;
  return [...ownMethods, ...ownProperties].map(({ name }) => inCSharp(name));
}

function inCSharp(name: string): string {
  return name[0].toUpperCase() + name.slice(1);
}

function namespaceOf(type: Type): string {
  const submodule = type.assembly.allSubmodules.find(({ fqn }) => fqn === `${type.assembly.name}.${type.namespace}`);
  const root = type.assembly.targets!.dotnet!.namespace;
  return submodule?.targets?.dotnet?.namespace ?? (type.namespace ? `${root}.${type.namespace}` : root);
}
