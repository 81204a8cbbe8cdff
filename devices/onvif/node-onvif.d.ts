/** The part of node-onvif 0.1.7 that we use; it brings no types of its own. */
declare module 'node-onvif' {
  export interface NodeOnvifReply {
    /** The SOAP message as it came. */
    readonly soap: string
  }

  export interface NodeOnvifDeviceService {
    /** Where it asks: a result of `url.parse`, of which only these are sent to `http.request`. */
    readonly oxaddr: { protocol: string | null; hostname: string | null; port: string | null; pathname: string | null }
    getSystemDateAndTime(): Promise<NodeOnvifReply>
    getCapabilities(): Promise<NodeOnvifReply>
    getServices(params: { readonly IncludeCapability: boolean }): Promise<NodeOnvifReply>
  }

  export interface NodeOnvifDevice {
    readonly services: { readonly device: NodeOnvifDeviceService }
  }

  const nodeOnvif: {
    readonly OnvifDevice: new (params: { readonly xaddr: string }) => NodeOnvifDevice
  }
  export default nodeOnvif
}
