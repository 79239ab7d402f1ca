// Where the gate and oasdiff judge a single change differently, each with the reason.
import { readFileSync } from 'node:fs'

/** Name of the single change → why the gate judges otherwise; `breaking` is the gate's verdict. */
export const differences: Readonly<Record<string, { breaking: boolean; reason: string }>> = {
  'deprecated operation removed': { breaking: true, reason: 'A mark in a document stops no caller; who deploys knows whether anyone calls it still, and says so with the reason.' },
  'required query parameter with a default added': { breaking: false, reason: 'the service fills in the default and does not miss the parameter.' },
  'request: required property with a default added': { breaking: false, reason: 'the service fills in the default and does not miss the property.' },
  'parameter: default changed': { breaking: true, reason: 'Callers that leave it out get another answer without a word.' },
  'parameter: default removed': { breaking: true, reason: 'Callers that leave it out get another answer without a word.' },
  'request: default changed': { breaking: true, reason: 'Callers that leave it out get another result without a word.' },
  'parameter: explode turned off': { breaking: true, reason: 'Callers write lists as repeated names, which are then read as one value; oasdiff does not look at style and explode.' },
  'response: optional property removed': { breaking: true, reason: 'Many documents mark nothing as required; callers that read it find nothing, and generated types lose it.' },
  'property of an error removed': { breaking: true, reason: 'The same as any optional property of an answer.' },
  'optional response header removed': { breaking: true, reason: 'The same as an optional property of an answer.' },
  'request: format changed': { breaking: true, reason: 'A date is no date-time: the service refuses one where the other is declared. oasdiff takes one for a wider form of the other.' },
  'response: enum added': { breaking: false, reason: 'Texts of a list are texts: the answers got fewer. oasdiff compares with an empty list.' },
  'request: enum removed': { breaking: false, reason: 'Every text is allowed now. oasdiff compares with an empty list.' },
  'response: enum removed': { breaking: true, reason: 'Any text may come now, as with a value added to the list. oasdiff compares with an empty list.' },
  'response: property became writeOnly': { breaking: true, reason: 'Answers do not hold it any more: it is removed for who reads it.' },
  'request: required property no longer readOnly': { breaking: true, reason: 'Callers had no need to send it, and are refused now.' },
  'request: additionalProperties closed': { breaking: true, reason: 'the service refuses names that nobody declared from then on; oasdiff does not look at it.' },
  'request: discriminator property changed': { breaking: true, reason: 'Callers name the branch in the old property, which decides nothing any more.' },
  'response: discriminator property changed': { breaking: true, reason: 'Callers choose how to read an answer by the old property.' },
  'request: discriminator value removed': { breaking: true, reason: 'Callers that send the value name no branch any more.' },
  'security added to an open operation': { breaking: true, reason: 'Callers that show nothing are refused.' },
  'security added for the whole document': { breaking: true, reason: 'Callers that show nothing are refused.' },
  'security removed': { breaking: false, reason: 'Whoever shows a token may still do so; that it is open now is told.' },
}

/** What oasdiff was recorded to say. */
export function recorded<Verdict>(file: string): { tool: string; version: string; verdicts: Record<string, Verdict> } {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as { tool: string; version: string; verdicts: Record<string, Verdict> }
}
