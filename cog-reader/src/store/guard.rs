//! Which addresses may be asked.

use core::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Decides where `http` and `https` requests may go.
///
/// A server that opens URLs out of requests must not become a tunnel into its
/// own network. A guard sees every URL *and* every redirect before it is
/// followed, and every address that a name resolves to before it is connected
/// to, so neither a redirect nor a changing DNS answer gets around it.
pub trait UrlGuard: Debug + Send + Sync {
    /// May this URL be asked?
    ///
    /// # Errors
    ///
    /// A message for people: what is refused, and why.
    fn check_url(&self, url: &url::Url) -> Result<(), String>;

    /// May this address be connected to?
    ///
    /// # Errors
    ///
    /// A message for people: what is refused, and why.
    fn check_address(&self, address: IpAddr) -> Result<(), String>;
}

/// Any `http` or `https` URL whose host has a public address: not loopback,
/// private, link-local (cloud metadata services live there), shared,
/// multicast, reserved or unspecified.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublicAddresses;

impl UrlGuard for PublicAddresses {
    fn check_url(&self, url: &url::Url) -> Result<(), String> {
        match url.scheme() {
            "http" | "https" => Ok(()),
            scheme => Err(format!("a URL with the scheme {scheme} is not allowed")),
        }
    }

    fn check_address(&self, address: IpAddr) -> Result<(), String> {
        let public = match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        };
        if public {
            Ok(())
        } else {
            Err(format!(
                "{address} is a loopback, private, link-local or reserved address, which is not allowed"
            ))
        }
    }
}

/// IANA's special-purpose address registry for IPv4.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        // Shared address space, RFC 6598.
        || (a == 100 && (64..128).contains(&b))
        // IETF protocol assignments, RFC 6890.
        || (a == 192 && b == 0 && c == 0)
        // Benchmarking, RFC 2544.
        || (a == 198 && (b == 18 || b == 19))
        // Reserved, RFC 1112.
        || a >= 240)
}

/// IANA's special-purpose address registry for IPv6.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = embedded_v4(address) {
        return is_public_v4(v4);
    }
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3; of that, documentation, Teredo and ORCHID are not public.
    (first & 0xe000) == 0x2000
        && !(first == 0x2001 && (second == 0x0db8 || second < 0x0200))
        && !(first == 0x3fff && second < 0x1000)
}

/// The IPv4 address inside a mapped, translated (NAT64) or 6to4 address, which
/// is where a connection would end.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let check = |text: &str| PublicAddresses.check_address(text.parse().unwrap()).is_ok();
        for public in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
        ] {
            assert!(check(public), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "fec0::1",
            "2001::1",
        ] {
            assert!(!check(private), "{private}");
        }
    }
}
