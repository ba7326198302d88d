# How long lme4's glmer takes to pool rates over segments: independent random intercept and effect per segment, Laplace approximation.
# Rscript glmer_peer.R SEGMENTS.csv
suppressMessages(library(lme4))
segments <- read.csv(commandArgs(trailingOnly = TRUE)[1])
fit <- function() {
  suppressWarnings(suppressMessages(glmer(
    cbind(successes, units - successes) ~ treatment + (1 + treatment || segment),
    data = segments, family = binomial
  )))
}
invisible(fit())
times <- replicate(7, system.time(fit())[["elapsed"]])
cat(sprintf("%-55s %9.4f ms  median of 7, lme4 %s\n", "peer: glmer, the same 200 segments x 2 arms",
            1000 * median(times), as.character(packageVersion("lme4"))))
