/** What a simulated recorder tells of itself in GetScopes and in discovery: fixed; blanks are escaped as in any URI. */
export const SCOPES: readonly string[] = [
  'onvif://www.onvif.org/type/Network_Video_Storage',
  'onvif://www.onvif.org/Profile/G',
  'onvif://www.onvif.org/name/Viewnet%20Simulated%20Recorder',
  'onvif://www.onvif.org/hardware/simulated',
  'onvif://www.onvif.org/location/bench',
]
