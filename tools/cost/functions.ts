import { COMMAND } from '../../src/contract/image';
import { refersTo, type Resource, resourcesOf, type Template } from '../template';

/** Functions that run LibreChat's server. Functions that only run during deployments cost cents. */
export function libreChatsOf(template: Template): Resource[] {
  return resourcesOf(template, 'AWS::Lambda::Function').filter(({ properties }) => properties.ImageConfig?.Command?.[0] === COMMAND.serve);
}

/** Functions without an image that API Gateway invokes. */
export function relaysOf(template: Template): Resource[] {
  const invoked = resourcesOf(template, 'AWS::ApiGateway::Method').map(({ properties }) => properties.Integration?.Uri);
  return resourcesOf(template, 'AWS::Lambda::Function').filter(({ id, properties }) => !properties.ImageConfig && refersTo(invoked, id));
}
