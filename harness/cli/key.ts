import { Command } from 'commander'
import { note, print, printJson } from './output.js'
import { findSigningKey, SIGNING_KEY_VARIABLE } from './signing.js'

const NOTES = `
The key is that of --sign-key, else of ${SIGNING_KEY_VARIABLE} (PEM, or its file), else this station's own in the user's configuration, which is made
where it is not there. Hand its public half to whoever shall trust your runs, on another way than the runs themselves:

  viewnet key > station.pub.pem
  viewnet verify --certificate run.jws --run run.json --key station.pub.pem`

/** `viewnet key`: who signs here. */
export function keyCommand(): Command {
  return new Command('key')
    .option('--sign-key <file>', 'another key: Ed25519, PKCS #8 as PEM')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async ({ signKey, json = false }: { signKey?: string; json?: boolean }) => {
      const { key, from } = await findSigningKey(signKey)
      if (json) return printJson({ signer: key.thumbprint, from, publicKey: key.publicPem })
      note(`signer ${key.thumbprint}, of ${from}`)
      print(key.publicPem.trimEnd())
    })
}
