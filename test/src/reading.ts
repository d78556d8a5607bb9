import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { VARIANTS, stackIn } from '../../fixtures/variants';

/** Values in a template by their meaning. */
export interface Resource {
  readonly Type: string;
  readonly Properties: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: any;
}

const templates = new Map<string, Template>();

/** The template of a variant in a stack of unknown account and region, synthesized once per test file. */
export function templateOf(name: keyof typeof VARIANTS): Template {
  const known = templates.get(name);
  if (known) return known;
  const template = templateWith(VARIANTS[name]);
  templates.set(name, template);
  return template;
}

/** The template of a stack with the given contents. */
export function templateWith(fill: (stack: Stack) => unknown, stack = stackIn()): Template {
  fill(stack);
  return Template.fromStack(stack);
}

export function resources(template: Template, type: string): Array<[logicalId: string, resource: Resource]> {
  return Object.entries(template.findResources(type)) as Array<[string, Resource]>;
}

/** The one resource of a type, or the one whose logical id contains a word. */
export function resourceOf(template: Template, type: string, word = ''): Resource {
  const found = resources(template, type).filter(([logicalId]) => logicalId.includes(word));
  if (found.length !== 1) throw new Error(`expected one ${type} ${word}, got: ${found.map(([logicalId]) => logicalId).join(', ') || 'none'}`);
  return found[0][1];
}

export function logicalIdOf(template: Template, type: string, word = ''): string {
  resourceOf(template, type, word);
  return resources(template, type).find(([logicalId]) => logicalId.includes(word))![0];
}

export function backendFunction(template: Template): Resource {
  return resourceOf(template, 'AWS::Lambda::Function', 'BackendFunction');
}

export function functionEnvironment(template: Template, word = 'BackendFunction'): Record<string, any> {
  return resourceOf(template, 'AWS::Lambda::Function', word).Properties.Environment.Variables;
}

/** Permissions of a role, one line per statement: `actions on resources`. */
export function statements(template: Template, role: string): string[] {
  return resources(template, 'AWS::IAM::Policy')
    .filter(([logicalId]) => logicalId.includes(role))
    .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement)
    .map(({ Action, Resource: resource }) => `${[Action].flat().join(' ')} on ${[resource].flat().map(text).join(' ')}`);
}

/** A value as text: references by logical id, without the hashes that CDK appends. */
export function text(value: any): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(text).join(',');
  const [[intrinsic, argument]] = Object.entries<any>(value);
  switch (intrinsic) {
    case 'Ref': return `<${short(argument)}>`;
    case 'Fn::GetAtt': return `<${short(argument[0])}.${argument[1]}>`;
    case 'Fn::Join': return argument[1].map(text).join(argument[0]);
    case 'Fn::Sub': return argument.replace(/\$\{([^}]+)\}/g, '<$1>');
    case 'Fn::Select': return `${text(argument[1])}[${argument[0]}]`;
    case 'Fn::Split': return text(argument[1]);
    default: return JSON.stringify(value);
  }
}

function short(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** All resources that a resource refers to or depends on, directly or indirectly: they are created before it, and deleted after it. */
export function reachableFrom(template: Template, start: string): string[] {
  const all = resourcesOf(template);
  const seen = new Set<string>();
  const visit = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    [...referencesOf(all[id].Properties), ...all[id].DependsOn ?? []].filter((other) => other in all).forEach(visit);
  };
  visit(start);
  return [...seen];
}

/** The logical ids that a value refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`. */
export function referencesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    if (key === 'Ref') return [String(child)];
    if (key === 'Fn::GetAtt') return [(child as string[])[0]];
    if (key === 'Fn::Sub') return [...String(Array.isArray(child) ? child[0] : child).matchAll(/\$\{([\w:]+)/g)].map(([, id]) => id);
    return referencesOf(child);
  });
}

export function resourcesOf(template: Template): Record<string, Resource> {
  return (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
}
