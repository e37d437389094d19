package offramp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Checks passwords against the hashes that people brought along from another provider or from an application's table.
 *
 * <p>A hash is one text, the credential's value, as `offramp export passwords` writes it:
 *
 * <pre>
 *   $2a$ $2b$ $2y$ …                                         bcrypt
 *   $django-bcrypt-sha256$2b$…                               bcrypt of the password's SHA-256 in hexadecimal
 *   $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH                 Argon2 (argon2i, argon2d), RFC 9106
 *   $pbkdf2-sha256$i=600000$SALT$HASH                        PBKDF2 (sha1, sha512), RFC 8018
 *   $scrypt$ln=15,r=8,p=1$SALT$HASH                          scrypt, RFC 7914
 *   $firebase-scrypt$ln=14,r=8,p=1$SALT$SIGNERKEY$HASH       Firebase's: the signer's key, encrypted with scrypt's result
 * </pre>
 *
 * Salts, keys and hashes are Base64 without padding. No policy is met by such a hash, so Keycloak makes one of its own
 * at the first sign-in; nothing is ever hashed this way anew.
 */
public class ImportedPasswords implements PasswordHashProvider, PasswordHashProviderFactory {
    public static final String ID = "offramp-imported";

    private static final Logger LOG = Logger.getLogger(ImportedPasswords.class);
    private static final long MOST_MEMORY = 256L << 20; // bytes for one check, whatever the hash asks for
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int HIGHEST_BCRYPT_COST = 16;

    @Override
    public boolean verify(String password, PasswordCredentialModel credential) {
        String hash = credential.getPasswordSecretData().getValue();
        try {
            return matches(password, hash);
        } catch (GeneralSecurityException | RuntimeException err) { // the hash is as the export gave it
            LOG.warnf("the imported hash of credential %s cannot be checked: %s", credential.getId(), err.getMessage());
            return false;
        }
    }

    static boolean matches(String password, String hash) throws GeneralSecurityException {
        String scheme = hash.split("\\$", 3)[1];
        switch (scheme) {
            case "2a", "2b", "2y":
                return bcrypt(password, hash);
            case "django-bcrypt-sha256":
                return bcrypt(HexFormat.of().formatHex(sha256(password)), hash.substring(scheme.length() + 1));
            default:
                Phc phc = new Phc(hash);
                byte[] found = scheme.startsWith("argon2") ? argon2(password, phc)
                        : scheme.startsWith("pbkdf2-") ? pbkdf2(password, phc)
                        : scheme.equals("scrypt") ? scrypt(password, phc, phc.hash().length)
                        : scheme.equals("firebase-scrypt") ? firebase(password, phc)
                        : new byte[0];
                return found.length > 0 && MessageDigest.isEqual(found, phc.hash());
        }
    }

    private static boolean bcrypt(String password, String hash) {
        atMost(Integer.parseInt(hash.split("\\$")[2]), HIGHEST_BCRYPT_COST, "cost");
        return OpenBSDBCrypt.checkPassword(hash, bytes(password));
    }

    private static byte[] argon2(String password, Phc phc) {
        atMost(phc.number("m") * 1024L, MOST_MEMORY, "memory");
        atMost((long) phc.number("t") * phc.number("m"), MOST_ITERATIONS, "time");
        int type = switch (phc.scheme()) {
            case "argon2i" -> Argon2Parameters.ARGON2_i;
            case "argon2d" -> Argon2Parameters.ARGON2_d;
            default -> Argon2Parameters.ARGON2_id;
        };
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(type)
                .withVersion(phc.number("v"))
                .withMemoryAsKB(phc.number("m"))
                .withIterations(phc.number("t"))
                .withParallelism(phc.number("p"))
                .withSalt(phc.salt())
                .build());
        byte[] out = new byte[phc.hash().length];
        generator.generateBytes(bytes(password), out);
        return out;
    }

    private static byte[] pbkdf2(String password, Phc phc) throws GeneralSecurityException {
        atMost(phc.number("i"), MOST_ITERATIONS, "iterations");
        String digest = phc.scheme().substring("pbkdf2-".length()).toUpperCase();
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), phc.salt(), phc.number("i"), phc.hash().length * 8);
        return SecretKeyFactory.getInstance("PBKDF2WithHmac" + digest).generateSecret(spec).getEncoded();
    }

    private static byte[] scrypt(String password, Phc phc, int length) {
        int exponent = phc.number("ln"), r = phc.number("r"), p = phc.number("p");
        atMost(exponent, 30, "ln");
        atMost((128L << exponent) * r, MOST_MEMORY, "memory");
        atMost(p, 64, "p");
        return SCrypt.generate(bytes(password), phc.salt(), 1 << exponent, r, p, length);
    }

    private static byte[] firebase(String password, Phc phc) throws GeneralSecurityException {
        byte[] key = Arrays.copyOf(scrypt(password, phc, 64), 32);
        Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
        return cipher.doFinal(phc.part(1));
    }

    private static byte[] sha256(String text) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void atMost(long asked, long most, String what) {
        if (asked < 0 || asked > most) {
            throw new IllegalArgumentException(what + " is beyond what is spent on one check");
        }
    }

    /** $scheme$name=number,…$part$part…, the last part being the hash; `v=19` may stand apart, as Argon2 has it. */
    private static final class Phc {
        private final String scheme;
        private final Map<String, Integer> numbers = new HashMap<>();
        private final byte[][] parts;

        Phc(String text) {
            String[] words = text.split("\\$");
            scheme = words[1];
            int next = 2;
            for (; next < words.length && words[next].contains("="); next++) {
                for (String setting : words[next].split(",")) {
                    String[] pair = setting.split("=", 2);
                    numbers.put(pair[0], Integer.parseInt(pair[1]));
                }
            }
            parts = Arrays.stream(words, next, words.length).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
        }

        String scheme() {
            return scheme;
        }

        int number(String name) {
            return numbers.get(name);
        }

        byte[] salt() {
            return parts[0];
        }

        byte[] part(int index) {
            return parts[index];
        }

        byte[] hash() {
            return parts[parts.length - 1];
        }
    }

    // --- what Keycloak asks of a provider ---------------------------------------------------------------------------
    @Override
    public boolean policyCheck(PasswordPolicy policy, PasswordCredentialModel credential) {
        return false;
    }

    @Override
    public PasswordCredentialModel encodedCredential(String password, int iterations) {
        throw new IllegalStateException(ID + " only checks hashes that were imported");
    }

    @Override
    public PasswordHashProvider create(KeycloakSession session) {
        return this;
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public void init(Config.Scope config) {}

    @Override
    public void postInit(KeycloakSessionFactory factory) {}

    @Override
    public void close() {}
}
