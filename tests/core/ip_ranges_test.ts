import { assertEquals } from "@std/assert";
import { isInRange, parseIp, parseIpRange } from "../../core/ip_ranges.ts";

for (
  const [text, expected] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0"],
    ["2001:DB8::a:0", "2001:db8:0:0:0:0:a:0"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0:0:0:c000:201"],
  ] as const
) {
  Deno.test(`parseIp() reads ${text}`, () => {
    assertEquals(parseIp(text)?.toNormalizedString(), expected);
  });
}

for (
  const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.0.0.1",
    "1.2.3.4 ",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "::12345",
    "::g",
    "1.2.3.4%eth0",
    "::1%",
    "fe80::1%a%b",
    "0x7f.1",
    "127.1",
    "[::1]",
    "1.2.3.4:80",
    "::1.2.3.4:1",
    "unknown",
  ]
) {
  Deno.test(`parseIp() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(parseIp(text), undefined);
  });
}

for (
  const [address, range, expected] of [
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.127.0.1", "10.0.0.0/9", true],
    ["10.128.0.1", "10.0.0.0/9", false],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.2", "192.0.2.1", false],
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["11.1.2.3", "::ffff:10.0.0.0/104", false],
    ["192.0.2.1", "::ffff:192.0.2.1", true],
    ["203.0.113.9", "0.0.0.0/0", true],
    ["::1", "0.0.0.0/0", false],
    ["fd12::1", "fd00::/8", true],
    ["2001:db8:0:1::1", "2001:db8::/48", true],
    ["2001:db8:1::1", "2001:db8::/48", false],
  ] as const
) {
  Deno.test(`isInRange() tells whether ${address} lies in ${range}`, () => {
    assertEquals(isInRange(parseIp(address)!, parseIpRange(range)!), expected);
  });
}

// `::ffff:10.0.0.0/8` was read as the first eight bits of the mapped form, which all of IPv4 shares.
for (
  const text of [
    "::ffff:10.0.0.0/8",
    "::ffff:0:0/95",
    "127.0.0.1/0",
    "10.0.0.1/8",
    "fd00::1/8",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "x/8",
  ]
) {
  Deno.test(`parseIpRange() refuses ${text}`, () => {
    assertEquals(parseIpRange(text), undefined);
  });
}
