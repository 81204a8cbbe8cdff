/** External message numbers of the benchmark's converter and device. */
export const CONVERTER_NUMBER = '00001-00020-00300-04000'
export const DEVICE_NUMBER = '00001-00020-00300-00007'

/** What a peer process says when it is ready. */
export interface PeerReady {
  readonly port: number
}
