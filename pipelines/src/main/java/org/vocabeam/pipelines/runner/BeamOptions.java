package org.vocabeam.pipelines.runner;

import java.beans.Introspector;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.aws2.options.S3Options;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.vocabeam.transforms.files.S3Clients;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/**
 * Options of Beam and of its runners, as they were given. They also say how object stores are
 * reached; what they leave open is taken from the environment variables that Amazon's tools use.
 *
 * @param arguments in the form {@code --name=value}
 */
public record BeamOptions(List<String> arguments) {
  /** No option of Beam was given. */
  public static final BeamOptions NONE = new BeamOptions(List.of());

  /**
   * Size of an upload buffer. Every open shard has one in memory, and Beam's 64 MB are too much.
   */
  private static final int UPLOAD_BYTES = 8 << 20;

  public BeamOptions {
    arguments = List.copyOf(arguments);
  }

  /** Returns the value of an option that was given. */
  Optional<String> value(String option) {
    return arguments.stream()
        .filter(argument -> name(argument).equals(option))
        .map(argument -> argument.substring(argument.indexOf('=') + 1))
        .findFirst();
  }

  /** Registers Beam's file systems, so that driver code can read and write every location. */
  public void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(parse(List.of()));
  }

  /**
   * Returns Beam's options.
   *
   * @param defaults options for what was not given
   */
  PipelineOptions parse(List<String> defaults) {
    List<String> all = new ArrayList<>(arguments);
    Stream.concat(defaults.stream(), objectStore(System.getenv()).stream())
        .filter(option -> arguments.stream().noneMatch(a -> name(a).equals(name(option))))
        .forEach(all::add);
    return create(all);
  }

  /**
   * Returns Beam's options. The first call takes most of a second, in which Beam looks into all of
   * its interfaces of options; a command line that is only read or refused does without.
   *
   * @throws IllegalArgumentException when Beam knows no such option, or not with this value
   */
  public static PipelineOptions create(List<String> arguments) {
    // Beam registers the options of all of Amazon's services, and forgets those of S3.
    PipelineOptionsFactory.register(S3Options.class);
    return PipelineOptionsFactory.fromArgs(arguments.toArray(String[]::new)).create();
  }

  /** Returns the options for object stores that environment variables give. */
  public static List<String> objectStore(Map<String, String> environment) {
    List<String> options = new ArrayList<>();
    options.add("--s3ClientFactoryClass=" + S3Clients.class.getName());
    options.add("--s3UploadBufferSizeBytes=" + UPLOAD_BYTES);
    options.add("--awsRegion=" + region());
    String endpoint =
        environment.getOrDefault("AWS_ENDPOINT_URL_S3", environment.get("AWS_ENDPOINT_URL"));
    if (endpoint != null) {
      options.add("--endpoint=" + endpoint);
    }
    return options;
  }

  /** Beam would ask Amazon's metadata server instead, and wait where there is none. */
  private static Region region() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1; // any: buckets are found across regions
    }
  }

  /** Returns the name of an argument: {@code --name} of {@code --name=value}. */
  public static String name(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0 ? argument : argument.substring(0, equals);
  }

  /** Returns the names of all options that Beam and its runners know, each with {@code --}. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>();
    List<Class<?>> interfaces = new ArrayList<>(List.of(PipelineOptions.class, S3Options.class));
    for (PipelineOptionsRegistrar runner : ServiceLoader.load(PipelineOptionsRegistrar.class)) {
      runner.getPipelineOptions().forEach(interfaces::add);
    }
    for (Class<?> options : interfaces) {
      for (Method method : options.getMethods()) {
        if (method.getName().startsWith("set") && method.getParameterCount() == 1) {
          names.add("--" + Introspector.decapitalize(method.getName().substring(3)));
        }
      }
    }
    return names;
  }
}
