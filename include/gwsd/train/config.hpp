#pragma once

#include <map>
#include <string>
#include <vector>

#include "gwsd/data/prepare.hpp"
#include "gwsd/geo/grid.hpp"
#include "gwsd/train/schema.hpp"

namespace gwsd::train {

/// Which months and cells train, validate and test, and what the network reads.
struct DataConfig {
    std::string train_period;      ///< "YYYY-MM:YYYY-MM"; empty: every month that is not test
    std::string validation_period; ///< empty: the last 15 % of the training period, after a six-month buffer
    std::string test_period;       ///< empty: none
    std::vector<geo::Region> holdout_regions;
    double holdout_buffer = 2.0; ///< degrees around a holdout region that train nothing either
    std::string split = "blocked";
    std::string coarse = "auto"; ///< operator, given, or auto: operator where the cube has a reference
    std::string truth_mode = "auto";
    double buffer_months = 6;
    Index window = 6;
    Index max_missing = 5;               ///< months of a window that may lack the coarse field
    bool imitate_gaps = false;           ///< the operator's view lacks the months that the given field lacks
    Index tile = 32;                     ///< coarse cells along a tile's side
    Index stride = 16;                   ///< coarse cells between tiles in training
    double minimum_land = 0.02;          ///< least share of land for a tile to train
    std::vector<std::string> predictors; ///< that the network reads; empty: all of the cube
    std::vector<Index> memory{1, 3, 12}; ///< months over which the memories of rain and snowmelt fade
    Index coarse_memory = 12;            ///< months over which the memory of the coarse field fades; 0: none
    std::string precipitation = "tp";    ///< predictor that is P in the recharge signal
    std::string temperature = "t2m";     ///< predictor by which the memories hold snow back
    std::string soil_moisture = "swvl1"; ///< predictor that is theta there
    bool allow_leakage = false;
    std::string scratch = "run"; ///< folder for fields that do not fit in memory; "run": the run's; "none"
};

struct ModelConfig {
    std::string preset = "default";
    Index hidden = 0; ///< 0: as the preset says; likewise below
    Index encoder_layers = 0;
    std::vector<Index> channels;
    Index bottleneck = 0;
    Index groups = 0;
    Index residual_blocks = 0;
    std::string upsampling;
    std::string mean; ///< "residual" or "direct"
    bool peepholes = false;
    bool recompute = false;
    double dropout = 0; ///< share of the channels that training drops; above 0 a model can be sampled
    std::string base = "smooth_conservative"; ///< interpolation that the residual is added to
    std::string first_guess = "auto"; ///< "regression": the residual is added to a regression at each place; "none"
    double told = 0.25; ///< share of the training samples that are shown the first guess of a place never seen
};

/// The default weight of every loss term that is no data term, by name.
std::map<std::string, double> default_loss_weights();

struct LossConfig {
    std::string data = "beta_nll";
    std::map<std::string, double> weight = default_loss_weights(); ///< by the name of the term; it has all of them
    double ramp_epochs = 5;
    Index region_size = 32;
    std::string balance = "auto"; ///< what the mass term's regional means equal: satellite, truth, or auto
    bool product_sigma = false;
};

struct OptimConfig {
    Index epochs = 30;
    Index batch = 8;
    double learning_rate = 3e-4;
    double weight_decay = 1e-2;
    double clip = 1.0;
    double warmup_epochs = 1;
    double ema = 0.99;
    Index patience = 8; ///< epochs without a better validation loss
    bool mirror = true;
    Index samples_per_epoch = 0;   ///< 0: all
    Index checkpoint_minutes = 10; ///< minutes between checkpoints inside an epoch
    Index keep = 2;                ///< last checkpoints kept
    bool tensorboard = false;
    Index members = 1;           ///< networks of an ensemble, with seeds that follow one another
    Index calibration_folds = 0; ///< networks that are trained without a part of the land, to calibrate unseen places
    Index fold_epochs = 0;       ///< epochs of each at most; 0: a third of `epochs`
};

/// How sigma is corrected after training (docs/explanations/calibration.md).
struct CalibrationConfig {
    std::string method = "conformal";
    Index least = 50;          ///< pieces (4 degrees and a season) that a group needs for a factor of its own
    Index dropout_samples = 0; ///< of the predictions whose errors are measured, as downscale.dropout_samples
};

struct DownscaleConfig {
    std::string projection = "auto"; ///< none in mode reference, footprint otherwise
    double overlap = 0.25;           ///< share of a tile that overlaps its neighbour
    Index batch = 4;
    bool fill_missing = false; ///< also write months without a satellite field, flagged
    bool flags = false;
    std::string cf = "1.11";
    std::string units;
    std::string baseline; ///< months whose mean is subtracted; empty: that of the coarse field
    std::string period;
    std::string product_sigma = "auto"; ///< whether the product's variance is added to the predicted one
    Index dropout_samples = 0;          ///< networks drawn by Monte-Carlo dropout; 0: the whole network, once
};

/// Inputs of `gwsd run`: the options of `gwsd prepare`.
using PrepareConfig = data::PrepareOptions;

struct EvaluateConfig {
    std::string truth; ///< empty: the cube's reference
    Index bootstrap = 500;
    std::vector<std::string> baselines; ///< empty: all that there are
};

struct CudaConfig {
    std::string convolution = "gwsd";
};

/// The whole configuration of a run; one file, one seed.
struct Config {
    DataConfig data;
    ModelConfig model;
    LossConfig loss;
    OptimConfig train;
    CalibrationConfig calibration;
    DownscaleConfig downscale;
    PrepareConfig prepare;
    EvaluateConfig evaluate;
    CudaConfig cuda;
    std::string trained_model; ///< a model to apply instead of training one (`gwsd run`)
    std::string train_region;  ///< trains on more than prepare.region, which is refined (`gwsd run`)
};

/// The keys of a configuration, bound to `config`, which must outlive the schema.
Schema schema_of(Config& config);

/// Sets what a preset says of data and training beside the size of its network: small is meant for a processor of two
/// cores, default and paper for a GPU. Throws ConfigError for another name.
void apply_preset(Config& config, const std::string& name);

/// Defaults of the preset, then the file (none if empty), then the assignments "key=value", whichever of them names the
/// preset; `preset` wins over both unless it is empty. Throws ConfigError, InputMissing.
Config load_config(const std::string& file, const std::vector<std::string>& set, const std::string& preset = "");

} // namespace gwsd::train
