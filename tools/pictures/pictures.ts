import { VARIANTS, stackIn, EDGE } from '../../fixtures/variants';
import { templateOf } from '../template';
import { architectureOf } from './architecture';
import { drawArchitecture } from './draw-architecture';
import { drawStreaming } from './draw-streaming';
import { PALETTES } from './palette';
import type { Scene } from './scene';
import { svgOf } from './svg';

/** All scenes of the documentation. */
export function scenes(): Scene[] {
  return [
    drawArchitecture('architecture', 'What LibreChatServerless makes', architectureOf(templateOfForm('minimal'))),
    drawArchitecture('architecture-no-vpc', 'What LibreChatServerless makes for a MongoDB and a Redis of yours', architectureOf(templateOfForm('no-vpc'))),
    drawStreaming(),
  ];
}

/** Each file of docs/images/ that is drawn, with its text. */
export function files(): Record<string, string> {
  return Object.fromEntries(scenes().flatMap((scene) =>
    PALETTES.map((palette) => [`${scene.name}-${palette.name}.svg`, svgOf(scene, palette)] as const)));
}

export function templateOfForm(name: 'minimal' | 'no-vpc') {
  const stack = stackIn(EDGE);
  VARIANTS[name](stack);
  return templateOf(stack);
}
