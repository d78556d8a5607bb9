/**
 * Allowed imports: each folder, and the other folders of this project that its files may import.
 * ESLint enforces them in the editor; `test/layers.test.ts` in committed files.
 */
export const LAYERS: Record<string, string[]> = {
  'src/contract': [],
  'src/private': ['src/contract'],
  'src/database': ['src/contract', 'src/private'],
  'src/redis': ['src/contract', 'src/private'],
  'src/backend': ['src/contract', 'src/private'],
  'src/api-gateway': ['src/contract', 'src/private'],
  'src/relay': ['src/contract', 'src/private'],
  'src/frontend': ['src/contract', 'src/private'],
  'src/image-build': ['src/contract', 'src/private'],
  'src/maintenance': ['src/contract', 'src/private'],
  'src/operation': ['src/contract', 'src/private'],
  'src': ['src/contract', 'src/private', 'src/database', 'src/redis', 'src/backend', 'src/api-gateway', 'src/relay', 'src/frontend', 'src/image-build', 'src/maintenance', 'src/operation'],
  'runtime/shared': ['src/contract'],
  'runtime/queue': ['src/contract', 'runtime/shared'],
  'runtime/relay': ['src/contract', 'runtime/shared', 'runtime/queue'],
  'runtime/worker': ['src/contract', 'runtime/shared', 'runtime/queue'],
  'runtime/publisher': ['src/contract', 'runtime/shared'],
  'runtime/maintenance': ['src/contract', 'runtime/shared', 'runtime/queue', 'runtime/worker'],
  'runtime/image-builder': ['src/contract', 'runtime/shared'],
  'runtime/canary': ['src/contract', 'runtime/shared', 'probe'],
  'runtime': ['src/contract', 'runtime/shared', 'runtime/worker', 'runtime/publisher', 'runtime/maintenance'],
  'stand-in': [],
  'cli': [],
  'prices': [],
  'probe': ['cli'],
  'emulator/core': ['src/contract'],
  'emulator/assembly': ['emulator/core', 'emulator/cloudformation', 'emulator/services'],
  'emulator/cloudformation': ['src/contract', 'emulator/core', 'emulator/assembly', 'emulator/services', 'emulator'],
  'emulator/services': ['src/contract', 'emulator/core', 'emulator/cloudformation'],
  'emulator': ['src/contract', 'emulator/core', 'emulator/assembly', 'emulator/cloudformation', 'emulator/services'],
  'demo': ['emulator', 'emulator/core', 'emulator/services', 'probe', 'cli', 'prices'],
  'integ': ['src', 'probe'],
  'examples/typescript': ['src'],
};

/** The layer of a file: the longest folder of `LAYERS` that contains it. */
export function layerOf(file: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
}
