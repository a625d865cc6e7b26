package org.vocabeam.pipelines.options;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.beans.Introspector;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.aws2.options.S3Options;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.transforms.files.S3Clients;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/**
 * Mixin of every command that reads or writes stores: all options that picocli does not know, which
 * must be Beam's or its runner's. They say how object stores are reached, too; what they do not
 * say, the usual environment variables of Amazon's tools do.
 */
@Command
public final class BeamArguments {
  /** Every shard that is open has one in memory: Beam's own 64 MB are too many of them. */
  private static final int UPLOAD_BYTES = 8 << 20;

  static {
    // Beam registers the options of all of Amazon's services, and forgets those of S3.
    PipelineOptionsFactory.register(S3Options.class);
  }

  private List<String> arguments = List.of();

  /** The options as they were given. */
  List<String> arguments() {
    return arguments;
  }

  /** The value of an option, where it was given. */
  Optional<String> value(String option) {
    return arguments.stream()
        .filter(argument -> name(argument).equals(option))
        .map(argument -> argument.substring(argument.indexOf('=') + 1))
        .findFirst();
  }

  /** Registers Beam's file systems, so that driver code can read and write all locations. */
  public void registerFileSystems() {
    FileSystems.setDefaultPipelineOptions(parse(List.of()));
  }

  /**
   * Beam's options.
   *
   * @param usual options for what was not given
   */
  PipelineOptions parse(List<String> usual) {
    List<String> all = new ArrayList<>(arguments);
    Stream.concat(usual.stream(), objectStore(System.getenv()).stream())
        .filter(option -> arguments.stream().noneMatch(a -> name(a).equals(name(option))))
        .forEach(all::add);
    return PipelineOptionsFactory.fromArgs(all.toArray(String[]::new)).create();
  }

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

  /** Not Beam's own way, which asks Amazon's metadata server, and waits where there is none. */
  private static Region region() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1; // any: buckets are found across regions
    }
  }

  /**
   * Takes what picocli did not know, and refuses what Beam does not know either.
   *
   * @param runner option that picocli knows and Beam must; null without one
   * @throws ParameterException with one line: the option, and what it may be
   */
  public void takeUnmatched(CommandLine command, @Nullable String runner) {
    arguments = List.copyOf(command.getUnmatchedArguments());
    refuseUnknown(command);
    List<String> all = new ArrayList<>(arguments);
    if (runner != null) {
      all.add(runner);
    }
    // One name at a time, because Beam's messages do not always tell it.
    Map<String, List<String>> byName =
        all.stream().collect(groupingBy(BeamArguments::name, TreeMap::new, toList()));
    for (List<String> same : byName.values()) {
      try {
        PipelineOptionsFactory.fromArgs(same.toArray(String[]::new)).create();
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            command,
            "Invalid "
                + String.join(" ", same)
                + ": "
                + e.getMessage().lines().findFirst().orElse("not a value of this option"),
            e);
      }
    }
  }

  private void refuseUnknown(CommandLine command) {
    if (arguments.isEmpty()) {
      return; // Finding Beam's names takes a moment.
    }
    Set<String> known = beamNames();
    known.addAll(command.getCommandSpec().optionsMap().keySet());
    for (String argument : arguments) {
      if (!argument.startsWith("--")) {
        throw new ParameterException(
            command, "Unexpected argument " + argument + ": options are written --name=value");
      }
      if (!known.contains(name(argument))) {
        throw new ParameterException(
            command,
            "Unknown option " + name(argument) + Spelling.suggestion(name(argument), known));
      }
    }
  }

  private static String name(String argument) {
    int equals = argument.indexOf('=');
    return equals < 0 ? argument : argument.substring(0, equals);
  }

  private static Set<String> beamNames() {
    Set<String> names = new TreeSet<>();
    for (Class<?> options : PipelineOptionsFactory.getRegisteredOptions()) {
      for (Method method : options.getMethods()) {
        if (method.getName().startsWith("set") && method.getParameterCount() == 1) {
          names.add("--" + Introspector.decapitalize(method.getName().substring(3)));
        }
      }
    }
    return names;
  }
}
