import { execFileSync } from 'node:child_process'
import t from 'tap'
import { shellLine } from '../../../harness/report/index.js'
import { HOSTILE } from './hostile-record.js'

t.test(
  'a shell splits a line into just the words that it was made from',
  { skip: process.platform === 'win32' },
  (t) => {
    const words = [
      'plain',
      'a/b.c-d',
      '',
      ' ',
      "it's",
      '$HOME',
      '`id`',
      'a\nb',
      '*',
      '~',
      '#',
      'udp://127.0.0.1:9',
      HOSTILE.replaceAll('\0', ''),
    ]
    const told = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' })
    // Half a surrogate pair is no character: UTF-8 has none.
    t.same(
      told.split('\0').slice(0, -1),
      words.map((word) => Buffer.from(word).toString()),
    )
    t.equal(shellLine(['npx', 'viewnet', 'certify', '--seed', '7']), 'npx viewnet certify --seed 7')
    t.end()
  },
)
