// What a text costs while it is being written: GSM 03.38 or UCS-2, as the simulator counts it.
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà\f^{}\\[~\]|€]*$/;
const EXTENDED = /[\f^{}\\[~\]|€]/;

export function segments(text) {
  const gsm = GSM.test(text);
  const costs = Array.from(text, (char) => (gsm ? (EXTENDED.test(char) ? 2 : 1) : char.length));
  const units = costs.reduce((sum, cost) => sum + cost, 0);
  const [whole, part] = gsm ? [160, 153] : [70, 67];
  if (units <= whole) return { gsm, units, count: 1, room: whole };
  let count = 1;
  let room = part;
  for (const cost of costs) {
    if (cost > room) {
      count += 1;
      room = part;
    }
    room -= cost;
  }
  return { gsm, units, count, room: count * part };
}
