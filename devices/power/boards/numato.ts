import type { ParsedOptionsOf } from '../options.js'
import { OutletFault } from '../outlet-fault.js'
import { hexOf, type BoardProtocol, type Question } from './question.js'

/**
 * Numato's USB modules (numato.com/docs): a command line ended by a carriage return, which the module echoes; then the answer, if the command has one; then
 * a prompt. Relays count from 0; those above 9 are named by letters, not in hexadecimal: 10 is A, 16 is G.
 */
export function numatoProtocol({ relay }: ParsedOptionsOf<'numato'>): BoardProtocol {
  const name = relay < 10 ? String(relay) : String.fromCharCode(0x41 + relay - 10)
  return {
    switchRelay: (isEnergised) => {
      const command = `relay ${isEnergised ? 'on' : 'off'} ${name}`
      return question(command, (answer) => {
        if (answer !== '')
          throw new OutletFault('answer', `expected nothing but the prompt after '${command}', got '${answer}'`)
        return true
      })
    },
    readRelay: question(`relay read ${name}`, (answer) => {
      if (answer !== 'on' && answer !== 'off') throw new OutletFault('answer', `expected on or off, got '${answer}'`)
      return answer === 'on'
    }),
  }
}

function question<T>(command: string, understand: (answer: string) => T): Question<T> {
  return {
    octets: Buffer.from(`${command}\r`, 'latin1'),
    read(octets) {
      const text = Buffer.from(octets).toString('latin1')
      if (!/^[\r\n\x20-\x7e]*$/.test(text)) throw new OutletFault('answer', `expected text, got ${hexOf(octets)}`)
      if (!/[\r\n]>\s*$/.test(text)) return undefined
      // A prompt of the command before may stand before the echo.
      const lines = text.replace(/>\s*$/, '').split(/[\r\n>]+/)
      const echo = lines.findIndex((line) => line.trim() === command)
      if (echo === -1) throw new OutletFault('answer', `expected the echo of '${command}', got '${text.trim()}'`)
      return understand(
        lines
          .slice(echo + 1)
          .join(' ')
          .trim(),
      )
    },
  }
}
