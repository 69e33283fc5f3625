//! Signatures over manifests, with Ed25519. A signature covers the bytes of the manifest exactly.

use super::to_json;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

const ALGORITHM: &str = "ed25519";

/// The file beside a manifest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    algorithm: String,
    public_key: String,
    signature: String,
}

/// A new key, as the text of its file: the seed of 32 bytes in hexadecimal.
///
/// # Errors
/// The system gives no randomness.
pub(crate) fn new_key() -> Result<String, String> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| format!("the system gives no randomness: {error}"))?;
    Ok(format!("{}\n", hex::encode(seed)))
}

/// Reads the text of a key's file. What is wrong with it is told without showing it.
///
/// # Errors
/// It is no seed of 32 bytes in hexadecimal.
pub(crate) fn key(text: &str) -> Result<SigningKey, String> {
    let bytes: Option<[u8; 32]> = bytes(text.trim());
    bytes.map(|seed| SigningKey::from_bytes(&seed)).ok_or_else(|| "holds no key: 64 hexadecimal digits".to_owned())
}

/// Reads a public key.
///
/// # Errors
/// It is no point of the curve in hexadecimal, or one for which anybody can make signatures.
pub(crate) fn public_key(text: &str) -> Result<VerifyingKey, String> {
    let bytes: [u8; 32] = bytes(text.trim()).ok_or("is no public key: 64 hexadecimal digits")?;
    let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
    key.ok_or_else(|| "is no public key of Ed25519".to_owned())
}

/// A public key in hexadecimal.
pub(crate) fn shown(key: &VerifyingKey) -> String {
    hex::encode(key.as_bytes())
}

/// The content of the file that goes with a manifest.
pub(crate) fn sign(key: &SigningKey, manifest: &[u8]) -> Vec<u8> {
    to_json(&Sealed {
        algorithm: ALGORITHM.to_owned(),
        public_key: shown(&key.verifying_key()),
        signature: hex::encode(key.sign(manifest).to_bytes()),
    })
}

/// The trusted key that has signed a manifest.
///
/// # Errors
/// Why it does not count as signed, in words.
pub(crate) fn check<'k>(
    manifest: &[u8],
    sealed: &[u8],
    trusted: &'k [VerifyingKey],
) -> Result<&'k VerifyingKey, String> {
    let sealed: Sealed = serde_json::from_slice(sealed).map_err(|error| format!("is no signature: {error}"))?;
    if sealed.algorithm != ALGORITHM {
        return Err(format!("is of the kind `{}`; {ALGORITHM} is known", sealed.algorithm));
    }
    let signer = trusted.iter().find(|key| shown(key) == sealed.public_key.to_lowercase());
    let signer = signer.ok_or_else(|| format!("is by the key {}, which is not trusted", sealed.public_key))?;
    let signature: [u8; 64] = bytes(&sealed.signature).ok_or("holds no signature: 128 hexadecimal digits")?;
    let checked = signer.verify_strict(manifest, &Signature::from_bytes(&signature));
    checked.map(|()| signer).map_err(|_| "does not fit the manifest".to_owned())
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first two tests of RFC 8032, section 7.1.
    #[test]
    fn signatures_are_those_of_the_standard() {
        for (seed, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
        ] {
            let key = key(seed).unwrap();
            let message = hex::decode(message).unwrap();
            assert_eq!(shown(&key.verifying_key()), public);
            let sealed: Sealed = serde_json::from_slice(&sign(&key, &message)).unwrap();
            assert_eq!(sealed.signature, signature);
        }
    }

    #[test]
    fn keys_that_prove_nothing_are_not_read() {
        let low = |y: &str| format!("{y}{}", "00".repeat(31));
        // The neutral point, a point of order 4, and a number that is no point.
        let (neutral, small, none) = (low("01"), low("00"), low("02"));
        for text in ["", "zz", "00", &neutral, &small, &none, &"0".repeat(65)] {
            assert!(public_key(text).is_err(), "{text}");
        }
        assert!(key("00").is_err() && key(&new_key().unwrap()).is_ok());
        assert_ne!(new_key(), new_key());
    }
}
