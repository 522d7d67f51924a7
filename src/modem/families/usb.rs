//! USB ids: where the AT port is on a device that isn't open yet. A hint for udev rules and probing, never identity.
//!
//! From `modem-facts.md` §6.1.

/// One USB device and the interfaces that speak AT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsbId {
    pub vendor: u16,
    pub product: u16,
    /// `bInterfaceNumber` of the AT ports, best first; empty: probe them all.
    pub at: &'static [u8],
    pub device: &'static str,
}

const fn id(vendor: u16, product: u16, at: &'static [u8], device: &'static str) -> UsbId {
    UsbId {
        vendor,
        product,
        at,
        device,
    }
}

/// Every device we know of.
pub const USB_IDS: &[UsbId] = &[
    id(0x1e0e, 0x9001, &[2, 3], "SIM7100/SIM7500/SIM7600"),
    id(0x1e0e, 0x9003, &[], "SIM7600 (MBIM)"),
    // SIM7600 as RNDIS and A7600/A7670/A7672 share this one: the interface differs.
    id(0x1e0e, 0x9011, &[4, 2, 3], "A76xx or SIM7600 (RNDIS)"),
    id(0x1e0e, 0x9205, &[2, 3, 5], "SIM7070/SIM7080/SIM7090"),
    id(0x1e0e, 0x9206, &[2, 3, 5], "SIM7070/SIM7080/SIM7090"),
    id(0x05c6, 0x9330, &[2], "SIM7670G"),
    id(0x1e0e, 0xcefe, &[2], "A-Link 3GU"),
    id(0x1e0e, 0x9100, &[3], "PH-300"),
    id(0x1e0e, 0x9200, &[3], "UM300"),
    id(0x2c7c, 0x0125, &[2, 3], "EC25/EG25-G"),
    id(0x2c7c, 0x0121, &[2, 3], "EC21/EG21-G"),
    id(0x2c7c, 0x0191, &[2, 3], "EG91"),
    id(0x2c7c, 0x0195, &[2, 3], "EG95"),
    id(0x2c7c, 0x0306, &[2, 3], "EG06"),
    id(0x2c7c, 0x0901, &[2], "EC200U/EG915U"),
    id(0x2c7c, 0x6005, &[2, 3, 4], "EC200A"),
    id(0x2c7c, 0x6002, &[2, 3, 4], "EC200S"),
    id(0x2c7c, 0x6026, &[2, 3, 4], "EC200T"),
    id(0x2c7c, 0x6001, &[2, 3, 4], "EG912Y"),
    id(0x2c7c, 0x6007, &[2, 3], "EG916Q-GL"),
    id(0x12d1, 0x1001, &[2, 1], "Huawei E1550/E173"),
    id(0x12d1, 0x1003, &[1], "Huawei E220"),
    id(0x12d1, 0x140c, &[3, 2], "Huawei E180"),
    id(0x12d1, 0x1436, &[4, 3], "Huawei E173"),
    id(0x12d1, 0x14ac, &[4, 3], "Huawei E153"),
    id(0x12d1, 0x1506, &[1, 2], "Huawei E3131/E3372"),
    id(0x12d1, 0x1c05, &[2], "Huawei E173s"),
    id(0x19d2, 0x0031, &[3, 1], "ZTE MF112/MF190"),
    id(0x19d2, 0x0117, &[2, 1], "ZTE MF112/MF190"),
    id(0x19d2, 0x0016, &[2, 1], "ZTE MF1xx"),
    id(0x19d2, 0x0017, &[2, 1], "ZTE MF1xx"),
    id(0x19d2, 0x0063, &[3, 1], "ZTE MF1xx"),
    id(0x19d2, 0x0064, &[2, 0], "ZTE MF1xx"),
    id(0x19d2, 0x0124, &[4, 1], "ZTE MF1xx"),
    id(0x19d2, 0x2002, &[], "ZTE MF112/MF190"),
    id(0x1bc7, 0x1201, &[4, 5], "Telit LE910C1"),
    id(0x1bc7, 0x1204, &[5, 6], "Telit LE910C1 (MBIM)"),
    id(0x1bc7, 0x1031, &[1, 2], "Telit LE910C1-EUX"),
    id(0x1bc7, 0x1033, &[1, 2], "Telit LE910C1-WWX"),
    id(0x1bc7, 0x0021, &[0, 6], "Telit HE910/UE910"),
    id(0x1546, 0x1102, &[0, 2, 4], "u-blox SARA-U2/LISA-U2"),
    id(0x1546, 0x1104, &[0, 2, 4], "u-blox SARA-U2"),
    id(0x1546, 0x1141, &[0, 2], "u-blox TOBY-L2"),
    id(0x1546, 0x1143, &[0, 2], "u-blox TOBY-L2"),
    id(0x1546, 0x1146, &[0, 2], "u-blox TOBY-L2"),
    id(0x1546, 0x1010, &[6, 0], "u-blox TOBY-L4"),
    id(0x1546, 0x110a, &[0, 2], "u-blox LARA-R2"),
    id(0x05c6, 0x908b, &[1, 2], "u-blox LARA-R6"),
    id(0x1199, 0x9071, &[3], "Sierra MC7455"),
    id(0x1199, 0x9079, &[3], "Sierra EM7455"),
    id(0x1199, 0x9091, &[3], "Sierra EM7565"),
    id(0x1e2d, 0x0069, &[0, 2], "Thales PLSx3"),
];

/// What we know of this device.
#[must_use]
pub fn lookup(vendor: u16, product: u16) -> Option<&'static UsbId> {
    USB_IDS.iter().find(|id| id.vendor == vendor && id.product == product)
}

/// Makers whose AT port is known by its interface class, whatever the product: `(vendor, class, subclass, protocol)`. Huawei's
/// PCUI port. Better than the product's interface number, which differs between firmwares.
pub const AT_BY_CLASS: &[(u16, u8, u8, u8)] = &[(0x12d1, 0xff, 0x01, 0x02), (0x12d1, 0xff, 0x02, 0x02)];

/// Makers of nothing but modems, to the last product: new models are kept from other programs too.
pub const ONLY_MODEMS: &[u16] = &[0x2c7c, 0x12d1];

/// Why a device that we know cannot be used as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It shows a CD-ROM with its driver for Windows first.
    BeforeSwitch,
    /// Firmware that is a router with a web page: no AT port, no calls.
    WebOnly,
    /// Waits for a firmware to be written into it.
    Flashing,
}

impl Unusable {
    /// One word for programs (the udev property `TEXTBACK_PROBLEM`).
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Unusable::BeforeSwitch => "before-switch",
            Unusable::WebOnly => "web-only",
            Unusable::Flashing => "flashing",
        }
    }

    /// For people: what it is and what to do.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Unusable::BeforeSwitch => {
                "it shows its CD-ROM instead of a modem: install usb-modeswitch, then unplug it and plug it in again"
            }
            Unusable::WebOnly => {
                "its firmware is a web router without calls or an AT port: use another modem, or have stick firmware written into it"
            }
            Unusable::Flashing => {
                "it waits for a firmware to be written into it: unplug it, or restore its firmware with the tool of its maker"
            }
        }
    }
}

/// Advice for a device of [`USB_IDS`] in a mode whose AT port nobody has recorded.
pub const UNKNOWN_PORT_ADVICE: &str =
    "in this USB mode its AT port is not known: try each /dev/ttyUSB as port in the modem section, or switch the mode";

/// Devices that are, or may become, a modem, but are none now.
pub const NOT_NOW: &[(u16, u16, Unusable, &str)] = &[
    (0x12d1, 0x1446, Unusable::BeforeSwitch, "Huawei stick"),
    (0x12d1, 0x1505, Unusable::BeforeSwitch, "Huawei stick"),
    (0x12d1, 0x14fe, Unusable::BeforeSwitch, "Huawei stick"),
    (0x12d1, 0x15ca, Unusable::BeforeSwitch, "Huawei E3131"),
    (0x12d1, 0x155b, Unusable::BeforeSwitch, "Huawei stick"),
    (0x12d1, 0x1f01, Unusable::BeforeSwitch, "Huawei HiLink stick"),
    (0x12d1, 0x14db, Unusable::WebOnly, "Huawei HiLink stick"),
    (0x12d1, 0x14dc, Unusable::WebOnly, "Huawei HiLink stick"),
    (0x12d1, 0x1442, Unusable::Flashing, "Huawei E3372"),
    (0x19d2, 0x2000, Unusable::BeforeSwitch, "ZTE stick"),
    (0x19d2, 0x0053, Unusable::BeforeSwitch, "ZTE stick"),
    (0x19d2, 0x0150, Unusable::BeforeSwitch, "ZTE stick"),
    (0x19d2, 0x1403, Unusable::WebOnly, "ZTE MF823/MF79"),
    (0x19d2, 0x1405, Unusable::WebOnly, "ZTE MF823/MF79"),
    (0x1e0e, 0xf000, Unusable::BeforeSwitch, "SIMCom stick"),
    (0x05c6, 0x9008, Unusable::Flashing, "Qualcomm module"),
];

/// Why this device is of no use now, if we know.
#[must_use]
pub fn not_now(vendor: u16, product: u16) -> Option<(Unusable, &'static str)> {
    NOT_NOW
        .iter()
        .find(|(v, p, ..)| (*v, *p) == (vendor, product))
        .map(|&(_, _, why, device)| (why, device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_device_is_listed_twice_and_none_is_in_download_mode() {
        for (n, id) in USB_IDS.iter().enumerate() {
            assert!(
                !USB_IDS[..n]
                    .iter()
                    .any(|other| (other.vendor, other.product) == (id.vendor, id.product))
            );
        }
        assert_eq!(lookup(0x05c6, 0x9008), None);
        assert!(USB_IDS.iter().all(|id| not_now(id.vendor, id.product).is_none()));
        assert_eq!(lookup(0x1e0e, 0x9001).map(|id| id.at), Some(&[2u8, 3][..]));
    }
}
