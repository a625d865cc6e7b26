package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A server that speaks S3 (S3Proxy), in a JVM of its own because its libraries are not ours. Its
 * buckets are directories, its objects files, and it checks signatures.
 */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "bucket";

  /** One file with all its libraries; the build puts it here. */
  private static final Path JAR = Path.of("target", "s3proxy.jar");

  private static final String KEY = "key-of-the-test";
  private static final String SECRET = "secret-of-the-test";
  private static final Pattern STARTED =
      Pattern.compile("Started ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}");

  private final Process process;
  private final Path bucket;
  private final int port;

  private S3Server(Process process, Path bucket, int port) {
    this.process = process;
    this.bucket = bucket;
    this.port = port;
  }

  /** Starts one with an empty bucket. */
  static S3Server start(Path directory) throws Exception {
    Path buckets = Files.createDirectory(directory.resolve("buckets"));
    Path bucket = Files.createDirectory(buckets.resolve(BUCKET));
    Path configuration = directory.resolve("s3proxy.conf");
    Files.write(
        configuration,
        List.of(
            "s3proxy.endpoint=http://127.0.0.1:0",
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + KEY,
            "s3proxy.credential=" + SECRET,
            // The CRC32 of a request to delete, beside its MD5.
            "s3proxy.ignore-unknown-headers=true",
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + buckets));
    Path log = directory.resolve("s3proxy.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                JAR.toString(),
                "--properties",
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      return new S3Server(process, bucket, port(process, log));
    } catch (Exception | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static int port(Process process, Path log) throws IOException, InterruptedException {
    for (int i = 0; i < 1200; i++) {
      Matcher started = STARTED.matcher(Files.readString(log));
      if (started.find()) {
        return Integer.parseInt(started.group(1));
      }
      assertTrue(process.isAlive(), () -> read(log));
      Thread.sleep(50);
    }
    throw new AssertionError("does not start: " + read(log));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The bucket as a directory. */
  Path bucket() {
    return bucket;
  }

  /** Uploads the files of a directory: the server does not know files that it did not write. */
  void upload(Path directory, String prefix) throws IOException {
    try (S3Client client =
            S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .region(Region.US_EAST_1)
                .credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, SECRET)))
                .build();
        Stream<Path> files = Files.walk(directory)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file ->
                  client.putObject(
                      put -> put.bucket(BUCKET).key(prefix + "/" + directory.relativize(file)),
                      file));
    }
  }

  /** Beam's options to reach it. */
  List<String> options() {
    return options(SECRET, port);
  }

  /** The options with a secret that is not the server's. */
  List<String> optionsOfAnother() {
    return options("another-secret", port);
  }

  /** The options with a port at which nothing listens. */
  List<String> optionsOfNobody() {
    return options(SECRET, 1);
  }

  private static List<String> options(String secret, int port) {
    return new ArrayList<>(
        List.of(
            "--endpoint=http://127.0.0.1:" + port,
            String.format(
                "--awsCredentialsProvider={\"@type\":\"StaticCredentialsProvider\","
                    + "\"accessKeyId\":\"%s\",\"secretAccessKey\":\"%s\"}",
                KEY, secret)));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }
}
