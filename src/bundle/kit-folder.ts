// Where the kit lies as a few files instead of many: see scripts/bundle-local.mjs.

// Put there by the bundler; elsewhere nobody defines it.
declare const KLUE_KIT_FOLDER: string | undefined

/** The folder of these files, where this code runs from one of them. */
export function kitFolder(): URL | undefined {
  return typeof KLUE_KIT_FOLDER === 'undefined' ? undefined : new URL(KLUE_KIT_FOLDER, new URL('../bundle/', import.meta.url))
}
