package org.vocabeam.pipelines.options;

import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command line as they were typed, to be handed on to another command. */
public final class TypedOptions {
  private TypedOptions() {}

  /**
   * Those that mixins of a class declare, their superclasses and mixins of theirs too, without
   * those that were left out.
   *
   * @param command that has been parsed
   */
  public static List<String> of(CommandLine command, Class<?>... mixins) {
    Set<Class<?>> wanted = new HashSet<>();
    List.of(mixins).forEach(mixin -> addWithMixins(mixin, wanted));
    List<String> typed = new ArrayList<>();
    for (OptionSpec option : command.getCommandSpec().options()) {
      if (option.userObject() instanceof Member member
          && wanted.contains(member.getDeclaringClass())
          && command.getParseResult().hasMatchedOption(option)) {
        for (String value : option.originalStringValues()) {
          typed.add(option.longestName() + "=" + value);
        }
      }
    }
    return typed;
  }

  private static void addWithMixins(Class<?> mixin, Set<Class<?>> to) {
    for (Class<?> of = mixin; of != null; of = of.getSuperclass()) {
      to.add(of);
      for (Field field : of.getDeclaredFields()) {
        if (field.isAnnotationPresent(Mixin.class)) {
          addWithMixins(field.getType(), to);
        }
      }
    }
  }
}
