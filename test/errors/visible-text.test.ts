// Strangers' texts on a terminal: nothing steers it, nothing is hidden, and JSON keeps its value.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { visibleJson, visibleLine, visibleText } from '../../src/errors/index.ts'

const bad = ['\u0000', '\u0007', '\u0008', '\u000b', '\u000c', '\r', '\u000e', '\u001b', '\u007f', '\u0080', '\u0085', '\u0090', '\u009b', '\u009d', '\u009f', '\u00ad', '\u061c', '\u180e', '\u200b', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\ufeff', '\ufff9', '\u3164', '\u{e0001}', '\u{e0041}', '\u{e0100}', '\ud800', '\udc00']
// Written apart from the code, so that a hole there is not a hole here.
const steers = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u061c\ufeff]/ // oxlint-disable-line no-control-regex, no-misleading-character-class -- these characters are what is looked for

test('each character that steers or hides is shown as one that cannot be', () => {
  for (const character of bad) {
    const name = JSON.stringify(character)
    assert.equal(visibleLine(`a${character}b`), 'a\uFFFDb', name)
    assert.equal(visibleText(`a${character}b\n\tc`), 'a\uFFFDb\n\tc', name)
  }
  assert.equal(visibleLine('a\n\tb'), 'a\uFFFD\uFFFDb')
  assert.equal(visibleText('a\r\nb'), 'a\nb')
})

test('what people write stays as it is', () => {
  for (const text of ['', 'plain ~', 'Grüße, 你好, שלום, العربية ۝', '🙂 ❤️ e\u0301 \u0600']) assert.deepEqual([visibleLine(text), visibleText(text)], [text, text])
})

test('no text steers a terminal, and JSON of any value is read as the same', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...bad, '\n', '\t', '\u001b]0;x\u0007', '\u001b[2J', '\u009b2J'), fc.string({ unit: 'binary' })), { maxLength: 8 }).map((parts) => parts.join(''))
  fc.assert(fc.property(text, (some) => {
    assert.doesNotMatch(visibleLine(some), steers)
    assert.doesNotMatch(visibleLine(some), /[\n\t]/)
    assert.doesNotMatch(visibleText(some), steers)
    assert.equal(visibleText(some).split('\n').length, some.split('\n').length)
  }))
  fc.assert(fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text)), { noNullPrototype: true }), fc.constantFrom(0, 2), (value, indent) => {
    const json = visibleJson(JSON.stringify(value, null, indent))
    assert.doesNotMatch(json, steers)
    assert.deepEqual(JSON.parse(json), value)
  }))
})
