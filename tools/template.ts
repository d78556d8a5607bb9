import type { Stack } from 'aws-cdk-lib';
import { Template as Synthesized } from 'aws-cdk-lib/assertions';

/** The parts of a CloudFormation template that the tools read. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: any }>>;
}

/** A resource with its logical id. */
export interface Resource {
  readonly id: string;
  readonly properties: any;
}

export function templateOf(stack: Stack): Template {
  return Synthesized.fromStack(stack).toJSON() as Template;
}

/** Types of the resources in a template, sorted. */
export function typesOf(template: Template): string[] {
  return [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort();
}

export function resourcesOf(template: Template, type: string): Resource[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => ({ id, properties: Properties ?? {} }));
}

/** Whether a value references a resource, at any depth. */
export function refersTo(value: unknown, id: string): boolean {
  if (typeof value === 'string') return value.includes(`\${${id}}`) || value.includes(`\${${id}.`);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) =>
    (key === 'Ref' && inner === id) || (key === 'Fn::GetAtt' && [inner].flat().join('.').split('.')[0] === id) || refersTo(inner, id));
}
