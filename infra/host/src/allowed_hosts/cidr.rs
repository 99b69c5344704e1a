//! Address ranges such as `10.0.0.0/8`.

use std::net::IpAddr;

/// An address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cidr {
    address: IpAddr,
    prefix_bits: u32,
}

impl Cidr {
    /// Reads `address` or `address/bits`; `None` when the text is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = width(address);
        let prefix_bits = bits.unwrap_or(width);
        (prefix_bits <= width).then_some(Self { address, prefix_bits })
    }

    /// Whether `address` lies in the range; an IPv4 range holds no IPv6 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let width = width(self.address);
        let shift = width - self.prefix_bits;
        let prefix = |address| bits(address).checked_shr(shift).unwrap_or(0);
        width == self::width(address) && prefix(self.address) == prefix(address)
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
