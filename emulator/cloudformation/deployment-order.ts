import { referencesIn, type TemplateResource } from './template';
import { EmulatorError } from '../core/errors';

/** Ids, each with the ids that it depends on. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

type Resources = Readonly<Record<string, TemplateResource>>;

/** The logical ids in an order in which each resource comes after those that it depends on. */
export function deploymentOrder(resources: Resources): string[] {
  return ordered(dependencyGraph(resources));
}

/** Dependencies of CloudFormation: references in properties, and `DependsOn`. */
export function dependencyGraph(resources: Resources): DependencyGraph {
  return new Map(Object.entries(resources).map(([id, { Properties, DependsOn = [] }]) => [
    id, new Set([...[DependsOn].flat(), ...referencesIn(Properties)].filter((next) => next in resources)),
  ]));
}

/**
 * The ids in an order in which each one comes after those that it depends on.
 *
 * @param first ids to bring as far to the front as their dependencies allow, one after the other
 */
export function ordered(graph: DependencyGraph, first: Iterable<string> = []): string[] {
  const order: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (id: string, path: string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'visiting') {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new EmulatorError('RESOURCE_REFUSED', `the template must not go in a circle, got: ${circle}`);
    }
    state.set(id, 'visiting');
    for (const next of graph.get(id)!) {
      if (graph.has(next)) visit(next, [...path, id]);
    }
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of [...first, ...graph.keys()]) if (graph.has(id)) visit(id, []);
  return order;
}

/** The graph with its arrows turned round: each id with the ids that depend on it. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const dependents = new Map([...graph.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, dependencies] of graph) dependencies.forEach((next) => dependents.get(next)?.add(id));
  return dependents;
}

/** What an id depends on, directly or not. */
export function closure(graph: DependencyGraph, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (next: string): void => graph.get(next)?.forEach((dependency) => {
    if (found.has(dependency)) return;
    found.add(dependency);
    visit(dependency);
  });
  visit(id);
  return found;
}
