import { referencesIn, type TemplateResource } from './template';
import { EmulatorError } from '../core/errors';

/** The logical ids in an order in which each resource comes after those that it speaks of. */
export function deploymentOrder(resources: Readonly<Record<string, TemplateResource>>): string[] {
  const order: string[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (id: string, path: string[]): void => {
    if (state.get(id) === 'done') return;
    if (state.get(id) === 'visiting') {
      const circle = [...path.slice(path.indexOf(id)), id].join(' → ');
      throw new EmulatorError('RESOURCE_REFUSED', `the template must not go in a circle, got: ${circle}`);
    }
    state.set(id, 'visiting');
    const { Properties, DependsOn = [] } = resources[id];
    for (const next of [...[DependsOn].flat(), ...referencesIn(Properties)]) {
      if (next in resources) visit(next, [...path, id]);
    }
    state.set(id, 'done');
    order.push(id);
  };
  Object.keys(resources).forEach((id) => visit(id, []));
  return order;
}
