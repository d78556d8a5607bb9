import type { Draft } from './type-check';

/** A name in a text: `chat.handler.functionName`, `LibreChatImage.fromEcrRepository(…)`. */
const NAME = /^(?:chat|LibreChat[A-Z]\w*)(?:\.\w+(?:\([^()]*\))?)*$/;

export function isPublicName(code: string): boolean {
  return NAME.test(code) && code !== 'chat' && !code.endsWith('.com');
}

/** A file that compiles only if the name exists. Members of the result of a call with arguments are checked by samples only. */
export function draftOf(name: string, file: string): Draft {
  const [first, ...steps] = name.replace(/\([^)]+\).*$/, '').replaceAll('()', '').split('.');
  const path = steps.map((step) => `.${step}!`).join('');
  const typeOrValue = steps.length > 0 ? `void ${first}${path};` : `export type X = ${first};`;
  return { name: file, text: `import * as library from 'cdk-librechat-serverless';\n${scopeOf(first)}\n${typeOrValue}\nexport {};` };
}

function scopeOf(first: string): string {
  return first === 'chat' ? 'declare const chat: library.LibreChatServerless & { stack: import("aws-cdk-lib").Stack };' : `import ${first} = library.${first};`;
}
